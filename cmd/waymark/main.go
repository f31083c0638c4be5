package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/redis/go-redis/v9"

	"waymark/cmd/internal/app"
	"waymark/cmd/internal/config"
	"waymark/surveys/fault"
)

// command is one sub-command.
type command struct {
	name, short, example string
	run                  func(ctx context.Context, e env, args []string) error
}

// env is what a command may touch, so that tests can hand in their own.
type env struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	log            *slog.Logger
	stdin          io.Reader
}

func commands() []command {
	return []command{
		{"demo", "the whole loop on embedded engines: a sample shop whose customers go on answering; prints where to look", "waymark demo", demoCommand},
		{"serve", "API and workers in one process; embedded engines unless --mongo or --redis are given", "waymark serve --addr 127.0.0.1:8080", serve},
		{"api", "API only; needs --mongo and --redis", "waymark api --mongo mongodb://127.0.0.1/waymark --redis redis://127.0.0.1:6379/0", api},
		{"worker", "background work only; needs --mongo and --redis", "waymark worker --mongo mongodb://127.0.0.1/waymark --redis redis://127.0.0.1:6379/0", work},
		{"migrate", "bring the store's schema up to date", "waymark migrate --mongo mongodb://127.0.0.1/waymark", migrate},
		{"import", "take responses from a CSV file", importExample, importCommand},
		{"export", "write responses to a CSV or NDJSON file", "waymark export responses --survey srv_… --format csv", export},
		{"surveys", "check surveys in files, and ready-made surveys to begin with", surveysExample, surveysCommand},
		{"backup", "a consistent copy of the embedded store, beside a running server too", "waymark backup FILE", backup},
		{"restore", "put a backup back", "waymark restore FILE", restore},
		{"verify", "recompute every score's counts from the raw answers and compare; exit code 1 where they differ", "waymark verify", verify},
		{"rebuild", "recompute every cell from the raw answers", "waymark rebuild", rebuild},
		{"bench", "measure what the README says, each figure beside its goal", benchExample, benchCommand},
		{"keys", "create, list and revoke API keys", keysExample, keys},
		{"version", "this program's version, Go's, and the schema versions that it knows", "waymark version", version},
	}
}

// errUsage marks what the caller did wrong: exit code 2.
var errUsage = errors.New("see --help")

// silence is a logger that logs nothing.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

func main() {
	// go-redis logs each failed dial by a logger of its package's own, several a
	// second while Redis is away; worker.Notifier tells that in one sentence.
	redis.SetLogger(silence{})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	e := env{os.Stdout, os.Stderr, os.Getenv, slog.New(slog.NewTextHandler(os.Stderr, nil)), os.Stdin}
	os.Exit(Main(ctx, e, os.Args[1:]))
}

// Main runs the command that args name and gives the exit code.
func Main(ctx context.Context, e env, args []string) int {
	if len(args) > 0 && args[0] == "--version" {
		args[0] = "version"
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(e.stdout)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, e, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage), errors.Is(err, errUnusable), errors.Is(err, errUnread):
			fmt.Fprintf(e.stderr, "waymark %s: %v\n", c.name, err)
			return 2
		}
		what := err.Error()
		if f, ok := err.(*fault.Error); ok && f.Err == nil { // its slug is for programs
			what = reason(f)
		}
		fmt.Fprintf(e.stderr, "waymark %s: %s\n", c.name, what)
		return 1
	}
	fmt.Fprintf(e.stderr, "waymark: there is no command %q\n\n", args[0])
	usage(e.stderr)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Waymark collects feedback per journey stage and turns it into journey maps.\n\nCommands:")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.short)
	}
	fmt.Fprintln(w, "\nEach has --help.\n\n"+config.Usage())
}

// The settings that several commands use, by the environment's names.
var (
	storeSettings  = []string{"WAYMARK_DATA", "WAYMARK_MONGO_URI"}
	workSettings   = []string{"WAYMARK_MONGO_URI", "WAYMARK_REDIS_URL", "WAYMARK_BOOTSTRAP_KEY", "WAYMARK_TEST_CLOCK"}
	serverSettings = []string{"WAYMARK_ADDR", "WAYMARK_BASE_URL", "WAYMARK_TRUSTED_PROXIES", "WAYMARK_LIMITS"}
)

// flags makes a command's flag set with help that shows an example, the
// command's own flags, and the settings that it uses.
func flags(e env, name, example string, uses []string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(e.stderr)
	fs.Usage = func() {
		fmt.Fprintf(e.stdout, "waymark %s\n\nExample:\n  %s\n", name, example)
		own := flag.NewFlagSet(name, flag.ContinueOnError)
		own.SetOutput(e.stdout)
		any := false
		fs.VisitAll(func(f *flag.Flag) {
			if !config.Is(f.Name) {
				any = true
				own.Var(f.Value, f.Name, f.Usage)
				own.Lookup(f.Name).DefValue = f.DefValue
			}
		})
		if any {
			fmt.Fprintln(e.stdout, "\nFlags:")
			own.PrintDefaults()
		}
		fmt.Fprint(e.stdout, "\n"+config.Usage(uses...))
	}
	return fs
}

// visit notes the flags that were given.
func visit(fs *flag.FlagSet, given map[string]bool) {
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
}

// parse parses a command's flags and loads the configuration.
func parse(fs *flag.FlagSet, e env, args []string) (config.Config, error) {
	load := config.Bind(fs, e.getenv)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return config.Config{}, err
		}
		return config.Config{}, fmt.Errorf("%w", errUsage)
	}
	c, err := load()
	if err != nil {
		return c, fmt.Errorf("the configuration has faults:\n%w\n%w", err, errUsage)
	}
	return c, nil
}

func migrate(ctx context.Context, e env, args []string) error {
	fs := flags(e, "migrate", "waymark migrate --mongo mongodb://127.0.0.1/waymark", append(storeSettings[:2:2], "WAYMARK_BOOTSTRAP_KEY"))
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c, e.log, app.Migrate)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "the schema is up to date")
	return a.Close(context.WithoutCancel(ctx))
}
