package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waymark/cmd/internal/app"
	"waymark/cmd/internal/config"
	"waymark/surveys/engine"
)

// copyJob reads the file of backup and restore, which stands before or after
// the flags.
func copyJob(e env, name, example string, args []string) (config.Config, string, bool, error) {
	file := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		file, args = args[0], args[1:]
	}
	fs := flags(e, name, example, storeSettings[:1])
	force := false
	if name == "restore" {
		fs.BoolVar(&force, "force", false, "put a store that is there already aside")
	}
	c, err := parse(fs, e, args)
	if err != nil {
		return c, "", false, err
	}
	if file == "" {
		file = fs.Arg(0)
	}
	switch {
	case file == "":
		return c, "", false, fmt.Errorf("name the file: %w", errUsage)
	case c.MongoURI != "":
		return c, "", false, fmt.Errorf("this is for the embedded store; MongoDB has mongodump and mongorestore: %w", errUsage)
	}
	return c, file, force, nil
}

// backup copies the embedded store, beside a running server too.
func backup(ctx context.Context, e env, args []string) error {
	c, file, _, err := copyJob(e, "backup", "waymark backup waymark-2026-11-24.db --data ./data", args)
	if err != nil {
		return err
	}
	if _, err := os.Stat(app.DatabaseFile(c.Data)); errors.Is(err, os.ErrNotExist) {
		return app.NoStore(c)
	}
	if err := engine.Backup(ctx, app.DatabaseFile(c.Data), file); err != nil {
		return err
	}
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s holds the store, %d bytes\n", file, st.Size())
	return nil
}

// restore puts a backup back.
func restore(ctx context.Context, e env, args []string) error {
	c, file, force, err := copyJob(e, "restore", "waymark restore waymark-2026-11-24.db --data ./data", args)
	if err != nil {
		return err
	}
	path, aside := app.DatabaseFile(c.Data), ""
	if force {
		aside = path + ".before-" + time.Now().UTC().Format("20060102-150405")
	} else if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("there is a store at %s already; --force puts it aside", path)
	}
	if err := engine.Restore(ctx, file, path, aside, engine.SQLiteVersion(app.SQLiteSteps())); err != nil {
		return err
	}
	if _, err := os.Stat(aside); aside != "" && err == nil {
		fmt.Fprintf(e.stdout, "the store that was there is now %s\n", aside)
	}
	fmt.Fprintf(e.stdout, "%s is in place; `waymark migrate` brings an older one up to date\n", path)
	return nil
}
