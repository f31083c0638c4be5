package question

import (
	"net/url"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// choice takes one option.
type choice struct{ plain }

func (choice) Name() string                                     { return "choice" }
func (choice) About() string                                    { return "Answered by one option: its id, or `{\"other\": text}`." }
func (choice) Keys() []openapi.Key                              { return optionKeys() }
func (choice) Draft(q *Question, _, l *fault.List, p string)    { optionsDraft(q, l, p) }
func (choice) Ready(q *Question, l *fault.List, pointer string) { optionsReady(q, l, pointer) }

func (choice) Cell(q *Question, cell string) (any, error) { return optionCell(q, cell), nil }

func (choice) Compile(q *Question) Check {
	check := option(q)
	return func(v *fastjson.Value) *Refusal {
		_, wrong := check(v)
		return wrong
	}
}

func (choice) Control(q *Question) Control {
	return Control{Kind: Radios, Look: Plain, Choices: optionChoices(q), Other: q.Other, Random: q.Random, Hint: say("choose_one")}
}

// Read takes an own text without its choice too: who writes one means it.
func (choice) Read(q *Question, f Form) []byte {
	id, own := f.Get(q.ID), line(f.Get(ownField(q)))
	switch {
	case q.Other && (id == otherID || id == "" && own != ""):
		return readOwn(own)
	case id == "":
		return nil
	}
	return quote(id)
}

func (choice) Fields(q *Question, answer *fastjson.Value) url.Values {
	id, own, ok := chosen(answer)
	if !ok {
		return nil
	}
	f := field(q, id)
	if own != "" {
		f.Set(ownField(q), own)
	}
	return f
}

func (choice) Symbol(q *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Text, Options: optionIDs(q)}, part == ""
}

func (choice) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	id, _, ok := chosen(answer)
	if !ok || part != "" {
		return logic.Value{}
	}
	return logic.Str(id)
}

func (choice) Say(q *Question, answer *fastjson.Value, part, lang string, _ *words.Words) string {
	if part != "" {
		return ""
	}
	return sayChosen(q, answer, lang)
}
