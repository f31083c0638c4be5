package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"waymark/cmd/internal/app"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

const keysExample = "waymark keys create --workspace shop --scope admin --name laptop\n  waymark keys list --workspace shop\n  waymark keys revoke ID"

func keys(ctx context.Context, e env, args []string) error {
	verb := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	name, example, uses := "keys "+verb, "waymark keys revoke ID", storeSettings
	var workspace, scope, label string
	switch verb {
	case "create":
		example = "waymark keys create --workspace shop --scope admin --name laptop"
		uses = append(storeSettings[:2:2], "WAYMARK_BOOTSTRAP_KEY", "WAYMARK_TEST_CLOCK")
	case "list":
		example = "waymark keys list --workspace shop"
	case "":
		name, example = "keys create|list|revoke", keysExample
	}
	fs := flags(e, name, example, uses)
	switch verb {
	case "create":
		fs.StringVar(&workspace, "workspace", "", "`name` of the workspace; it is made if it is new")
		fs.StringVar(&scope, "scope", "", "`admin|maps|surveys|responses|read`, what the key may do; each reads too, except responses, which only sends answers")
		fs.StringVar(&label, "name", "", "`name` of the key, shown as updated_by; the scope's without it")
	case "list":
		fs.StringVar(&workspace, "workspace", "", "`name` of the workspace; all without it")
	}
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
	sc, known := ident.ParseScope(scope)
	var faults []error
	schema := app.Existing
	switch verb {
	case "create":
		schema = app.Verify // it may be the first step on a fresh machine
		if workspace == "" {
			faults = append(faults, errors.New("--workspace is missing"))
		}
		switch {
		case scope == "":
			faults = append(faults, errors.New("--scope is missing: admin, maps, surveys, responses or read"))
		case !known:
			faults = append(faults, errors.New("--scope must be admin, maps, surveys, responses or read"))
		}
	case "revoke":
		if id == "" {
			faults = append(faults, errors.New("name the key's id"))
		}
	case "list":
	default:
		faults = append(faults, errors.New("name one of create, list, revoke"))
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w\n%w", errors.Join(faults...), errUsage)
	}
	a, err := app.Open(ctx, c, e.log, schema)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	switch verb {
	case "create":
		if a.Fresh {
			place := c.Data
			if c.MongoURI != "" {
				place = "the MongoDB database"
			}
			fmt.Fprintf(e.stderr, "made a new store in %s\n", place)
		}
		whole, _, err := a.Workspaces.CreateKey(ctx, workspace, sc, label)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, whole)
	case "revoke":
		if part, _, whole := ident.ParseKey(id); whole {
			id = part // the rest is secret
		}
		if err := a.Workspaces.Revoke(ctx, id); fault.Is(err, fault.NotFound) {
			return fmt.Errorf("there is no key %q; see waymark keys list", id)
		} else if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "revoked %s\n", id)
	case "list":
		ks, names, err := a.Workspaces.Keys(ctx, workspace)
		if fault.Is(err, fault.NotFound) {
			return fmt.Errorf("there is no workspace %q", workspace)
		}
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
