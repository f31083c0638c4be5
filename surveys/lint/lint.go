package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys"
	"waymark/surveys/fault"
)

// Severity is how bad a problem is.
type Severity string

// The severities: what publishing refuses, and what it takes.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing to mend.
type Problem struct {
	Line     int      `json:"line"`    // from 1
	Pointer  string   `json:"pointer"` // "#/questions/2/show_if"; "#" is the whole
	Severity Severity `json:"severity"`
	Detail   string   `json:"detail"` // what is wrong, and how to mend it
}

// Survey finds what is wrong with a definition, in the order of its lines.
// leads tells whether redirects may lead to a host: surveys.Among or surveys.Anywhere.
func Survey(doc []byte, leads func(host string) bool) []Problem {
	d, err := surveys.Publishable(doc, leads)
	at := places(doc)
	out := refusals(doc, at, err)
	refused := map[string]bool{}
	for _, p := range out {
		refused[p.Pointer] = true
	}
	if d != nil {
		for _, f := range practice(d) {
			if !refused[f.Pointer] { // one thing at a time
				out = append(out, Problem{at.line(f.Pointer), f.Pointer, Warning, f.Detail})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return out
}

// refusals gives the places that a refusal names, the whole where it names none.
func refusals(doc []byte, at lines, err error) []Problem {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return []Problem{{1, "#", Error, err.Error()}}
	}
	if len(f.Fields) == 0 {
		line, detail := unreadable(doc, f)
		return []Problem{{line, "#", Error, detail}}
	}
	var out []Problem
	for _, field := range f.Fields {
		p := Problem{at.line(field.Pointer), field.Pointer, Error, field.Detail}
		if !slices.Contains(out, p) { // drafts are refused a few things that publishing refuses too
			out = append(out, p)
		}
	}
	if _, more, found := strings.Cut(f.Detail, "places to mend. "); found {
		out = append(out, Problem{at.line("#"), "#", Error, more})
	}
	return out
}

// unreadable says where and why a file cannot be read. What speaks of a
// request's body speaks of the file.
func unreadable(doc []byte, f *fault.Error) (line int, detail string) {
	var syn *jsontext.SyntacticError
	switch {
	case !utf8.Valid(doc):
		return lineAt(doc, invalidUTF8(doc)), "The file is not valid UTF-8 from here on: save it as UTF-8."
	case errors.Is(f, io.ErrUnexpectedEOF):
		return lineAt(doc, len(doc)), "The JSON ends too early: a bracket or a quote is not closed."
	case errors.As(f, &syn):
		return lineAt(doc, int(syn.ByteOffset)), fmt.Sprintf("This is not JSON: %v.", syn.Err)
	}
	return 1, strings.NewReplacer("The body is empty; send JSON.", "The file is empty.", "The body", "The file").Replace(f.Detail)
}

func invalidUTF8(doc []byte) int {
	for i := 0; i < len(doc); {
		r, n := utf8.DecodeRune(doc[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(doc)
}
