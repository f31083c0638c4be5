package question

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// choices takes several options, from min to max of them.
type choices struct{ plain }

func (choices) Name() string { return "choices" }
func (choices) About() string {
	return "Answered by several options: a list of ids and `{\"other\": text}`."
}

func (choices) Keys() []openapi.Key {
	return append(optionKeys(),
		openapi.May("min", openapi.Number(), "How many must be chosen; a whole number when published."),
		openapi.May("max", openapi.Number(), "How many may be chosen; a whole number, not more than there are, when published."))
}

// Cell takes options separated by |, or a JSON list as an export writes it.
func (choices) Cell(q *Question, cell string) (any, error) {
	if s := strings.TrimSpace(cell); strings.HasPrefix(s, "[") && json.Valid([]byte(s)) {
		return json.RawMessage(s), nil
	}
	var list []any
	for part := range strings.SplitSeq(cell, "|") {
		if strings.TrimSpace(part) != "" {
			list = append(list, optionCell(q, part))
		}
	}
	return list, nil
}

func (choices) Draft(q *Question, malformed, l *fault.List, p string) {
	numbersOnly(q, malformed, p)
	optionsDraft(q, l, p)
}

// limits gives how many options may be chosen, all there are without a max.
func (choices) limits(q *Question) (low, high float64) {
	most := len(q.Options)
	if q.Other {
		most++
	}
	return bounds(q, 0, float64(most))
}

func (c choices) Ready(q *Question, l *fault.List, p string) {
	optionsReady(q, l, p)
	low, high := c.limits(q)
	_, most := choices{}.limits(&Question{Options: q.Options, Other: q.Other})
	for _, b := range []struct {
		name  string
		value float64
		from  float64
	}{{"min", low, 0}, {"max", high, 1}} {
		if len(q.Options) > 0 && (b.value != math.Trunc(b.value) || b.value < b.from || b.value > most) {
			l.Add(p+"/"+b.name, "A whole number from %g to %g is needed: there are so many options.", b.from, most)
		}
	}
	if low > high {
		l.Add(p+"/min", "Must not be more than max.")
	}
}

func (c choices) Compile(q *Question) Check {
	one := option(q)
	low, high := c.limits(q)
	exclusive := make([]bool, len(q.Options)+1)
	for i, o := range q.Options {
		exclusive[i] = o.Exclusive
	}
	count := fmt.Sprintf("Choose from %g to %g options.", max(low, 1), high)
	return func(v *fastjson.Value) string {
		list, err := v.Array()
		if err != nil || len(list) == 0 {
			return "A list of options is needed; leave the key out where none was chosen."
		}
		if n := float64(len(list)); n < low || n > high {
			return count
		}
		var seen [MaxOptions/64 + 1]uint64 // one bit a place
		for _, e := range list {
			i, wrong := one(e)
			if wrong != "" {
				return wrong
			}
			bit := uint64(1) << (i % 64)
			if seen[i/64]&bit != 0 {
				return "An option stands there twice."
			}
			seen[i/64] |= bit
			if exclusive[i] && len(list) > 1 {
				return "One of the options excludes the others."
			}
		}
		return ""
	}
}
