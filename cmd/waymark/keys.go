package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"waymark/cmd/internal/app"
	"waymark/surveys/ident"
)

func keys(ctx context.Context, e env, args []string) error {
	const example = "waymark keys create --workspace shop --scope admin --name laptop\n  waymark keys list --workspace shop\n  waymark keys revoke ID"
	verb := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	fs := flags(e, "keys "+verb, example)
	workspace := fs.String("workspace", "", "`name` of the workspace; create makes it if it is new")
	scope := fs.String("scope", "", "`scope` of the key: admin, maps, surveys, responses or read")
	name := fs.String("name", "", "`name` of the key, shown as updated_by")
	// The id of revoke may stand before or after the flags.
	var id string
	if verb == "revoke" && len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		id, args = args[0], args[1:]
	}
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	if id == "" {
		id = fs.Arg(0)
	}
	sc, known := ident.ParseScope(*scope)
	switch {
	case verb != "create" && verb != "list" && verb != "revoke":
		return fmt.Errorf("name one of create, list, revoke: %w", errUsage)
	case verb == "create" && *workspace == "":
		return fmt.Errorf("--workspace is missing: %w", errUsage)
	case verb == "create" && !known:
		return fmt.Errorf("--scope must be admin, maps, surveys, responses or read: %w", errUsage)
	case verb == "revoke" && id == "":
		return fmt.Errorf("name the key's id: %w", errUsage)
	}
	a, err := app.Open(ctx, c, e.log, app.Verify)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	switch verb {
	case "create":
		whole, _, err := a.Workspaces.CreateKey(ctx, *workspace, sc, *name)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, whole)
	case "revoke":
		if err := a.Workspaces.Revoke(ctx, id); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "revoked %s\n", id)
	case "list":
		ks, names, err := a.Workspaces.Keys(ctx, *workspace)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tWORKSPACE\tSCOPE\tNAME\tCREATED\tREVOKED")
		for _, k := range ks {
			revoked := "-"
			if k.RevokedAt != nil {
				revoked = k.RevokedAt.String()
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, names[k.Workspace], k.Scope, k.Name, k.CreatedAt, revoked)
		}
		return w.Flush()
	}
	return nil
}
