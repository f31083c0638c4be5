package question

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
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
	low, high := c.limits(q)
	excludes := make([]*Refusal, len(q.Options)+1) // by place; nil where one excludes nothing
	for i, o := range q.Options {
		if o.Exclusive {
			excludes[i] = refuse("One of the options excludes the others.", "err_exclusive", "option", o.Title)
		}
	}
	return several(option(q), excludes, int(low), int(high))
}

// several makes the check of a list of different things, low to high of
// them. one gives the place of each, below MaxOptions+1.
func several(one func(*fastjson.Value) (int, *Refusal), excludes []*Refusal, low, high int) Check {
	count := fmt.Sprintf("Choose from %d to %d options.", max(low, 1), high)
	few, many := refuse(count, "err_least", "n", low), refuse(count, "err_most", "n", high)
	noList := refuse("A list of options is needed; leave the key out where none was chosen.", "err_option")
	twice := refuse("An option stands there twice.", "err_option")
	return func(v *fastjson.Value) *Refusal {
		list, err := v.Array()
		switch {
		case err != nil || len(list) == 0:
			return noList
		case len(list) < low:
			return few
		case len(list) > high:
			return many
		}
		var seen [MaxOptions/64 + 1]uint64 // one bit a place
		for _, e := range list {
			i, wrong := one(e)
			if wrong != nil {
				return wrong
			}
			bit := uint64(1) << (i % 64)
			if seen[i/64]&bit != 0 {
				return twice
			}
			seen[i/64] |= bit
			if excludes != nil && excludes[i] != nil && len(list) > 1 {
				return excludes[i]
			}
		}
		return nil
	}
}

func (c choices) Control(q *Question) Control {
	low, high := c.limits(q)
	return Control{Kind: Checks, Look: Plain, Choices: optionChoices(q), Other: q.Other, Random: q.Random,
		Hint: howMany(int(low), int(high), q.Max != nil)}
}

// howMany tells how many may be chosen, as far as there are bounds.
func howMany(low, high int, bounded bool) Say {
	switch {
	case low > 1 || low == 1 && bounded:
		return say("choose_range", "min", low, "max", high)
	case bounded:
		return say("choose_upto", "n", high)
	}
	return say("choose_any")
}

// Read takes an own text without its tick too, unless something was ticked that
// excludes it: who writes one means it.
func (choices) Read(q *Question, f Form) []byte {
	own := line(f.Get(ownField(q)))
	var list [][]byte
	for _, id := range f.All(q.ID) {
		switch {
		case id == otherID && q.Other:
			list = append(list, readOwn(own))
			own = ""
		case id != "":
			list = append(list, quote(id))
			if slices.ContainsFunc(q.Options, func(o Option) bool { return o.ID == id && o.Exclusive }) {
				own = ""
			}
		}
	}
	if q.Other && own != "" {
		list = append(list, readOwn(own))
	}
	return listOf(list)
}

// listOf writes a list; nil where it is empty.
func listOf(members [][]byte) []byte {
	if len(members) == 0 {
		return nil
	}
	return slices.Concat([]byte("["), bytes.Join(members, []byte(",")), []byte("]"))
}

func (choices) Fields(q *Question, answer *fastjson.Value) url.Values {
	f := url.Values{}
	for _, e := range members(answer) {
		id, own, ok := chosen(e)
		if !ok {
			continue
		}
		f.Add(q.ID, id)
		if own != "" {
			f.Set(ownField(q), own)
		}
	}
	return f
}

// members gives the elements of a list; none where it is no list.
func members(v *fastjson.Value) []*fastjson.Value {
	if v == nil {
		return nil
	}
	return v.GetArray()
}

func (choices) Symbol(q *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.List, Options: optionIDs(q)}, part == ""
}

func (choices) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	if part != "" {
		return logic.Value{}
	}
	var ids []string
	for _, e := range members(answer) {
		if id, _, ok := chosen(e); ok {
			ids = append(ids, id)
		}
	}
	return logic.Ids(ids)
}

func (choices) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	if part != "" {
		return ""
	}
	var titles []string
	for _, e := range members(answer) {
		if s := sayChosen(q, e, lang); s != "" {
			titles = append(titles, s)
		}
	}
	return w.List(titles)
}
