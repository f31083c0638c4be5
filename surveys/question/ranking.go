package question

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// maxRanked is how many things may be put in order: each of them offers as
// many places, and nobody orders more.
const maxRanked = 50

// ranking takes all of its options, the best first.
type ranking struct{ plain }

func (ranking) Name() string  { return "ranking" }
func (ranking) About() string { return "Answered by the list of all option ids, the best first." }

func (ranking) Keys() []openapi.Key {
	return []openapi.Key{openapi.May("options", openapi.List(openapi.Ref("Option")).Sized(0, MaxOptions),
		fmt.Sprintf("What is put in order; 2 to %d when published.", maxRanked))}
}

func (ranking) Draft(q *Question, _, l *fault.List, p string) { optionsDraft(q, l, p) }

func (ranking) Ready(q *Question, l *fault.List, p string) {
	optionsReady(q, l, p)
	if n := len(q.Options); n == 1 || n > maxRanked {
		l.Add(p+"/options", "From 2 to %d options can be put in order.", maxRanked)
	}
}

// Cell takes options separated by |, or a JSON list as an export writes it.
func (ranking) Cell(q *Question, cell string) (any, error) {
	return listCell(optionChoices(q), cell), nil
}

func (ranking) Compile(q *Question) Check {
	all := len(q.Options)
	wrong := refuse(fmt.Sprintf("All %d options are needed, each once, the best first.", all), "err_rank", "max", all)
	check := several(among(optionChoices(q)), nil, all, all)
	return func(v *fastjson.Value) *Refusal {
		if check(v) != nil {
			return wrong
		}
		return nil
	}
}

func (ranking) Control(q *Question) Control {
	c := Control{Kind: Places, Hint: say("rank_hint")}
	for _, o := range q.Options {
		c.Rows = append(c.Rows, Row{ID: o.ID, Label: Label{Text: o.Title}})
	}
	return c
}

// Read puts each option at its place. A place that none or two have is left
// null, which the check refuses, and so is what has no place.
func (ranking) Read(q *Question, f Form) []byte {
	places := make([][]byte, len(q.Options))
	placed := false
	for _, o := range q.Options {
		written := line(f.Get(q.ID + "." + o.ID))
		placed = placed || written != ""
		n, err := strconv.Atoi(written)
		if err != nil || n < 1 || n > len(places) {
			continue
		}
		if places[n-1] == nil {
			places[n-1] = quote(o.ID)
		} else {
			places[n-1] = []byte("null")
		}
	}
	if !placed {
		return nil
	}
	for i := range places {
		if places[i] == nil {
			places[i] = []byte("null")
		}
	}
	return listOf(places)
}

func (ranking) Fields(q *Question, answer *fastjson.Value) url.Values {
	f := url.Values{}
	for i, e := range members(answer) {
		if id, ok := str(e); ok {
			f.Set(q.ID+"."+id, strconv.Itoa(i+1))
		}
	}
	return f
}

func (ranking) Symbol(q *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.List, Options: optionIDs(q)}, part == ""
}

// Value is null until everything has its place.
func (ranking) Value(q *Question, answer *fastjson.Value, part string) logic.Value {
	list := ids(answer)
	if part != "" || len(list) < len(q.Options) {
		return logic.Value{}
	}
	return logic.Ids(list)
}

func (ranking) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	if part != "" {
		return ""
	}
	return w.List(titles(optionChoices(q), ids(answer), lang, w))
}
