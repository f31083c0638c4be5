package main

import (
	"context"
	"fmt"

	"waymark/cmd/internal/app"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// open opens the store for a command that works beside a running server.
func open(ctx context.Context, e env, name, example string, args []string) (*app.App, error) {
	fs := flags(e, name, example, storeSettings)
	c, err := parse(fs, e, args)
	if err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("%q is not a flag: %w", fs.Arg(0), errUsage)
	}
	return app.Open(ctx, c, e.log, app.Existing)
}

// verify recomputes every cell from the raw responses and compares.
func verify(ctx context.Context, e env, args []string) error {
	a, err := open(ctx, e, "verify", "waymark verify --data ./data", args)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	compared, differences, notCompared := 0, 0, 0
	err = a.EachSurvey(ctx, func(ws ident.Workspace, survey string) error {
		r, err := a.Roller.Verify(ctx, ws, survey)
		if err != nil {
			return err
		}
		compared += r.Compared
		differences += len(r.Differences)
		notCompared += len(r.NotCompared)
		for _, d := range r.Differences {
			fmt.Fprintf(e.stdout, "%s: %s\n", survey, d)
		}
		for _, d := range r.NotCompared {
			fmt.Fprintf(e.stdout, "%s: not compared, it kept changing: %s\n", survey, d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d compared, %s, %d not compared\n", compared, number(differences, "difference", "differences"), notCompared)
	if differences+notCompared > 0 {
		return fault.New(fault.Conflict, "differs", "What is stored differs from what the responses say; `waymark rebuild` mends it.")
	}
	return nil
}

// rebuild recomputes every cell.
func rebuild(ctx context.Context, e env, args []string) error {
	a, err := open(ctx, e, "rebuild", "waymark rebuild --data ./data", args)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	var total int64
	p := newProgress(e, 0)
	p.last = p.began // a quick one needs no progress
	err = a.EachSurvey(ctx, func(ws ident.Workspace, survey string) error {
		var last int64
		if err := a.Roller.Rebuild(ctx, ws, survey, func(done int64) {
			last = done
			p.say("%d responses", total+done)
		}); err != nil {
			return err
		}
		total += last
		_, err := a.Roller.RollUp(ctx, ws, survey)
		return err
	})
	p.clear()
	if err == nil {
		fmt.Fprintf(e.stdout, "rebuilt from %s\n", number(int(total), "response", "responses"))
	}
	return err
}
