package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"waymark/surveys"
	"waymark/surveys/lint"
	"waymark/surveys/rest"
)

// errUnread marks files that could not be read: exit code 2.
var errUnread = errors.New("not every file could be read")

// lintReport is what the files are found to be.
type lintReport struct {
	Problems         []lintProblem
	files, unread    int
	errors, warnings int
}

type lintProblem struct {
	File string `json:"file"`
	lint.Problem
}

func lintCommand(e env, fs *flag.FlagSet, args []string) error {
	asJSON := fs.Bool("json", false, "write one JSON list of {file, line, pointer, severity, detail}")
	strict := fs.Bool("strict", false, "let warnings fail too")
	hosts := fs.String("redirect-hosts", "", "`host,host`, the setting redirect_hosts of the workspace; without it redirects may lead to any host")
	files, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("name the files to check, or - for standard input: %w", errUsage)
	}
	leads := surveys.Anywhere
	if *hosts != "" {
		leads = surveys.Among(strings.Split(*hosts, ","))
	}
	r := lintReport{Problems: []lintProblem{}}
	for _, file := range files {
		r.check(e, file, leads)
	}
	if *asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r.Problems); err != nil {
			return fmt.Errorf("writing the list: %w", err)
		}
	} else {
		r.text(e.stdout)
	}
	return r.verdict(e, *strict)
}

// check adds what is wrong with a file.
func (r *lintReport) check(e env, file string, leads func(host string) bool) {
	r.files++
	name, doc, err := readSurvey(e, file)
	if err != nil {
		fmt.Fprintf(e.stderr, "%v\n", err)
		r.unread++
		return
	}
	problems := []lint.Problem{{Line: 1, Pointer: "#", Severity: lint.Error, Detail: fmt.Sprintf("A survey has at most %d bytes, and this is larger.", rest.MaxBody)}}
	if len(doc) <= rest.MaxBody {
		problems = lint.Survey(doc, leads)
	}
	for _, p := range problems {
		r.Problems = append(r.Problems, lintProblem{name, p})
		if p.Severity == lint.Error {
			r.errors++
		} else {
			r.warnings++
		}
	}
}

// readSurvey reads a file, and no more of it than shows that it is too large.
func readSurvey(e env, file string) (name string, doc []byte, err error) {
	in := e.stdin
	if name = "stdin"; file != "-" {
		name = file
		f, err := os.Open(file)
		if err != nil {
			return name, nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	doc, err = io.ReadAll(io.LimitReader(in, rest.MaxBody+1))
	return name, doc, err
}

// text writes a line for each problem, as editors and people read it.
func (r *lintReport) text(w io.Writer) {
	for _, p := range r.Problems {
		mark := ""
		if p.Severity == lint.Warning {
			mark = "warning: "
		}
		fmt.Fprintf(w, "%s:%d: %s: %s%s\n", p.File, p.Line, p.Pointer, mark, p.Detail)
	}
}

// verdict is the end of it: nil where everything may be published.
func (r *lintReport) verdict(e env, strict bool) error {
	said := number(r.files, "file", "files")
	if r.warnings > 0 {
		said += " with " + number(r.warnings, "warning", "warnings")
	}
	switch {
	case r.unread > 0:
		return errUnread
	case r.errors > 0:
		return fmt.Errorf("%s in %s", number(r.errors, "error", "errors"), said)
	case strict && r.warnings > 0:
		return fmt.Errorf("%s, which --strict does not let pass", said)
	}
	fmt.Fprintf(e.stderr, "%s, ready to publish\n", said)
	return nil
}
