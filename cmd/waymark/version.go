package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"

	"waymark/cmd/internal/app"
	"waymark/surveys/engine"
)

// version tells what an operator is asked for first.
func version(_ context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("version", flag.ContinueOnError)
	fs.SetOutput(e.stderr)
	fs.Usage = func() {
		fmt.Fprint(e.stdout, "waymark version\n\nPrints this program's version, Go's, and the schema versions that it knows.\n\nExample:\n  waymark version\n")
	}
	rest, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%q is not a flag: %w", rest[0], errUsage)
	}
	info, _ := debug.ReadBuildInfo()
	fmt.Fprintf(e.stdout, "waymark %s\n%s %s/%s\nschema of SQLite %d, of MongoDB %d\n", built(info), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		engine.SQLiteVersion(app.SQLiteSteps()), engine.MongoVersion(app.MongoSteps()))
	return nil
}

// built names the version of a released program, and the commit of another.
func built(info *debug.BuildInfo) string {
	if info == nil {
		return "of unknown version"
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", changed since"
		}
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	if revision == "" {
		return v
	}
	return fmt.Sprintf("%s (commit %.12s%s)", v, revision, changed)
}
