package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"waymark/surveys"
	"waymark/surveys/question"
	"waymark/surveys/templates"
)

// surveysVerbs are what can be done with surveys in files, without a store.
var surveysVerbs = map[string]struct {
	args, about, example string
	run                  func(e env, fs *flag.FlagSet, args []string) error
}{
	"lint": {"FILE…", "Says what publishing would refuse in surveys in files, and warns of what makes them hard to answer; - is standard input. Whether the map,\n" +
		"the stage and pictures are there only the server knows. Exit code 0: ready to publish, 1: not ready, 2: a file could not be read.",
		"waymark surveys lint surveys/*.json", lintCommand},
	"template": {"NAME", "Prints a ready-made survey, to be changed, or to be sent to /v1/surveys as it is.",
		"waymark surveys template delivery --map map_… --stage delivery > delivery.json", templateCommand},
	"templates": {"", "Lists the ready-made surveys. Whoever answers is asked at most six of the questions; which ones follows from the score.", "waymark surveys templates", templatesCommand},
}

const surveysExample = "waymark surveys templates\n  waymark surveys template delivery --map map_… --stage delivery > delivery.json\n  waymark surveys lint delivery.json"

func surveysCommand(_ context.Context, e env, args []string) error {
	verb := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	name, about, example := "surveys lint|template|templates", "Checks surveys in files, and prints ready-made ones to begin with.", surveysExample
	v, known := surveysVerbs[verb]
	if known {
		name, about, example = strings.TrimSpace("surveys "+verb+" "+v.args), v.about, v.example
	}
	fs := flag.NewFlagSet("surveys", flag.ContinueOnError)
	fs.SetOutput(e.stderr)
	fs.Usage = func() {
		fmt.Fprintf(e.stdout, "waymark %s\n\n%s\n\nExample:\n  %s\n", name, about, example)
		any := false
		fs.VisitAll(func(*flag.Flag) { any = true })
		if any {
			fmt.Fprintln(e.stdout, "\nFlags:")
			fs.SetOutput(e.stdout)
			fs.PrintDefaults()
			fs.SetOutput(e.stderr)
		}
	}
	if known {
		return v.run(e, fs, args)
	}
	if _, err := interleaved(fs, args); err != nil {
		return err
	}
	return fmt.Errorf("say what to do: lint, template or templates: %w", errUsage)
}

func templatesCommand(e env, fs *flag.FlagSet, args []string) error {
	rest, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("waymark surveys template %s prints that one: %w", rest[0], errUsage)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tQUESTIONS\tLANGUAGES\tWHEN AND WHAT")
	for _, name := range templates.Names() {
		t, _ := templates.Find(name)
		d, err := surveys.ParseDefinition(t.For("map", "stage", ""))
		if err != nil {
			return fmt.Errorf("reading the template %s: %w", name, err)
		}
		n := 0
		for _, q := range d.Questions {
			if q.Type != question.Hidden {
				n++
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", name, n, strings.Join(d.Title.Tags(), ", "), t.About)
	}
	return w.Flush()
}

func templateCommand(e env, fs *flag.FlagSet, args []string) error {
	mapID := fs.String("map", "", "`id` of the map that the survey asks for")
	stage := fs.String("stage", "", "`id` of the stage that it asks about")
	touchpoint := fs.String("touchpoint", "", "`id` of a touchpoint of the stage; all of it without it")
	names, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	var faults []error
	if len(names) != 1 {
		faults = append(faults, fmt.Errorf("name one of %s", strings.Join(templates.Names(), ", ")))
	}
	if *mapID == "" && *stage+*touchpoint != "" {
		faults = append(faults, errors.New("--map is missing: a stage is a map's"))
	}
	if *stage == "" && *mapID+*touchpoint != "" {
		faults = append(faults, errors.New("--stage is missing: a survey asks about one"))
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w\n%w", errors.Join(faults...), errUsage)
	}
	t, found := templates.Find(names[0])
	if !found {
		return fmt.Errorf("there is no template %q; there are %s: %w", names[0], strings.Join(templates.Names(), ", "), errUsage)
	}
	if *mapID == "" {
		fmt.Fprintln(e.stderr, "add \"map\" and \"stage\" before you send it, or name them here with --map and --stage")
	}
	_, err = e.stdout.Write(t.For(*mapID, *stage, *touchpoint))
	return err
}
