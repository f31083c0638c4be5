package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"waymark/cmd/internal/bench"
)

const benchExample = "waymark bench idle --json"

// benchCommand measures what the README says. Figures that fall short do not
// make it fail; measurements that cannot be carried through do.
func benchCommand(ctx context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(e.stderr)
	list := fs.Bool("list", false, "say what there is to measure")
	quick := fs.Bool("quick", false, "only try whether each measurement runs; its figures say nothing")
	asJSON := fs.Bool("json", false, "write the report as JSON")
	markdown := fs.Bool("markdown", false, "write the rows of the README's table")
	dir := fs.String("dir", "", "`directory` on the disk to measure; by default a temporary one")
	fs.Usage = func() {
		fmt.Fprintf(e.stdout, "waymark bench [NAME…]\n\nMeasures all there is, or what is named, on loopback and in a directory of its own.\n\nExample:\n  %s\n\nMeasurements:\n", benchExample)
		describe(e)
		fmt.Fprintln(e.stdout, "\nFlags:")
		fs.SetOutput(e.stdout)
		fs.PrintDefaults()
		fs.SetOutput(e.stderr)
		fmt.Fprintln(e.stdout, "\nWAYMARK_TEST_MONGO_URI names a MongoDB to measure on too.")
	}
	names, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	if *list {
		describe(e)
		return nil
	}
	chosen, err := bench.Pick(names)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errUsage)
	}
	if *asJSON && *markdown {
		return fmt.Errorf("--json and --markdown are two ways to write one report; choose one: %w", errUsage)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program to start it as a server: %w", err)
	}
	work, err := os.MkdirTemp(*dir, "waymark-bench-")
	if err != nil {
		return fmt.Errorf("making a directory for the measurements: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	text := !*asJSON && !*markdown
	p := newProgress(e, 0)
	report, err := bench.Run(ctx, bench.Env{Program: program, Dir: work, Quick: *quick, Getenv: e.getenv,
		Log: slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelError})), Progress: p.say},
		chosen, func(r bench.Result) {
			p.clear()
			if text {
				r.Text(e.stdout)
			}
		})
	p.clear()
	if err != nil {
		return err
	}
	switch {
	case *asJSON:
		err = report.JSON(e.stdout)
	case *markdown:
		report.Markdown(e.stdout)
	default:
		fmt.Fprintf(e.stdout, "\non %s\n", report.Machine)
		if *quick {
			fmt.Fprintln(e.stdout, "a quick run: the figures only show that the measurements work")
		}
	}
	if err != nil {
		return err
	}
	if report.Failed() {
		var failed []string
		for _, r := range report.Results {
			if r.Error != "" {
				failed = append(failed, r.Name+": "+r.Error)
			}
		}
		return errors.New(strings.Join(failed, "; "))
	}
	return nil
}

func describe(e env) {
	for _, m := range bench.All() {
		fmt.Fprintf(e.stdout, "  %-10s %s\n", m.Name, m.What)
	}
}

// interleaved parses flags that may stand before, between and behind names.
func interleaved(fs *flag.FlagSet, args []string) (names []string, err error) {
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, errUsage
		}
		if args = fs.Args(); len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	return names, nil
}

// say shows a line about what is being done: on a terminal in place of the
// last one, elsewhere now and then.
func (p *progress) say(format string, args ...any) {
	now := time.Now()
	every := 100 * time.Millisecond
	if !p.on {
		every = 10 * time.Second
	}
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	if p.on {
		p.drawn = true
		fmt.Fprintf(p.e.stderr, "\r\x1b[K"+format+" ", args...)
		return
	}
	fmt.Fprintf(p.e.stderr, format+"\n", args...)
}
