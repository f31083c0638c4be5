package docs

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"waymark/surveys/ident"
	"waymark/surveys/openapi"
	"waymark/surveys/question"
)

// part is a piece of what says a type: words, code, or the name of an object.
type part struct {
	Text string
	Code bool
	Ref  bool // a name that leads to its object
}

func words(format string, args ...any) part { return part{Text: fmt.Sprintf(format, args...)} }

// what says in words what a schema takes.
func what(s openapi.Schema) []part {
	parts := unnullable(s)
	if s.Null && s.Type != "null" {
		parts = append(parts, words(" or "), part{Text: "null", Code: true})
	}
	return parts
}

func unnullable(s openapi.Schema) []part {
	switch {
	case s.Ref != "":
		return []part{{Text: s.Ref, Ref: true}}
	case s.Type == "null":
		return []part{{Text: "null", Code: true}}
	case s.Enum != nil:
		return choice(s.Enum)
	case s.Any != nil:
		var parts []part
		for i, a := range s.Any {
			if i > 0 {
				parts = append(parts, words(" or "))
			}
			parts = append(parts, what(a)...)
		}
		return parts
	}
	switch s.Type {
	case "string":
		return text(s)
	case "integer":
		return []part{words("whole number%s", span(s.Least, s.Most))}
	case "number":
		return []part{words("number%s", span(s.Least, s.Most))}
	case "boolean":
		return []part{{Text: "true", Code: true}, words(" or "), {Text: "false", Code: true}}
	case "array":
		parts := append([]part{words("list of ")}, what(*s.Items)...)
		if n := size(s); n != "" {
			parts = append(parts, words(" (%s)", n))
		}
		return parts
	case "object":
		if s.Names != nil && s.Values != nil {
			return append([]part{words("object of ")}, what(*s.Values)...)
		}
		return []part{words("object")}
	}
	return []part{words("any JSON")}
}

// forms are words for the forms that are read better than their patterns.
var forms = map[string]string{
	openapi.Span().Pattern:           "duration",
	openapi.ChosenID().Pattern:       "id of your own",
	openapi.Language().Pattern:       "language tag",
	openapi.Instant().Pattern:        "time in UTC",
	openapi.Day().Pattern:            "day",
	openapi.Text(1).Filled().Pattern: "text that is not blank",
}

// usual is the length that texts may have where nothing is said.
const usual = question.MaxText

// text says what a text may be: by a word for its form where there is one,
// else by an example, else by the form itself.
func text(s openapi.Schema) []part {
	s.Pattern = strings.TrimPrefix(s.Pattern, openapi.Empty) // goes without saying
	example, _ := s.Example.(string)
	name, known := forms[s.Pattern]
	var parts []part
	switch {
	case strings.HasSuffix(s.Pattern, ident.Form("")[1:]):
		prefix, _, _ := strings.Cut(s.Pattern[1:], "_")
		parts = []part{words("id "), {Text: prefix + "_…", Code: true}}
	case known:
		parts = []part{words("%s", name)}
	case s.Format == "date-time":
		parts = []part{words("time like "), {Text: example, Code: true}}
	case s.Pattern != "" && example != "" && len(example) <= 40:
		parts = []part{words("text like "), {Text: example, Code: true}}
	case s.Pattern != "":
		parts = []part{words("text of the form "), {Text: s.Pattern, Code: true}}
	default:
		parts = []part{words("text")}
	}
	if n := size(s); n != "" && s.MaxSize != usual {
		parts = append(parts, words(", %s characters", n))
	}
	return parts
}

func choice(list []string) (parts []part) {
	for _, w := range list {
		if w == "" { // goes without saying
			continue
		}
		if parts != nil {
			parts = append(parts, words(" "))
		}
		parts = append(parts, part{Text: w, Code: true})
	}
	if len(parts) > 1 {
		parts = append([]part{words("one of ")}, parts...)
	}
	return parts
}

func span(least, most *float64) string {
	n := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	switch {
	case least != nil && most != nil:
		return " from " + n(least) + " to " + n(most)
	case least != nil:
		return " from " + n(least)
	case most != nil:
		return " up to " + n(most)
	}
	return ""
}

// size says how many characters or elements there may be; empty for any number.
func size(s openapi.Schema) string {
	switch {
	case s.MaxSize == 0:
		return ""
	case s.MinSize > 1 || s.MinSize == 1 && s.Type == "array":
		return grouped(s.MinSize) + " to " + grouped(s.MaxSize)
	}
	return "at most " + grouped(s.MaxSize)
}

// grouped writes a number with commas between its thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// kib writes a limit of bytes.
func kib(n int) string {
	if n >= 1<<20 && math.Mod(float64(n), 1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

// Most says the limit of a body.
func (b body) Most() string { return kib(b.Limit) }
