package question

import (
	"fmt"
	"net/url"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// picture takes one option that a picture shows, or several with multiple.
type picture struct{ plain }

func (picture) Name() string { return "picture" }
func (picture) About() string {
	return "Answered by an option's id, with `multiple` by a list of ids; the options are pictures."
}

func (picture) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("options", openapi.List(openapi.Ref("Option")).Sized(0, MaxOptions), "What there is to choose; at least one, each with its image, when published."),
		openapi.May("multiple", openapi.Bool(), "Several may be chosen."),
	}
}

func (picture) Draft(q *Question, _, l *fault.List, p string) { optionsDraft(q, l, p) }

func (picture) Ready(q *Question, l *fault.List, p string) {
	optionsReady(q, l, p)
	for i, o := range q.Options {
		if o.Image == "" {
			l.Add(fmt.Sprintf("%s/options/%d/image", p, i), "Name the picture: the id that POST /v1/files gave.")
		}
	}
}

func (picture) images(q *Question) []string {
	var out []string
	for _, o := range q.Options {
		out = append(out, o.Image)
	}
	return out
}

// Cell takes an option, or several as those of choices.
func (picture) Cell(q *Question, cell string) (any, error) {
	if q.Multiple {
		return listCell(optionChoices(q), cell), nil
	}
	return find(optionChoices(q), cell), nil
}

func (picture) Compile(q *Question) Check {
	options := optionChoices(q)
	if q.Multiple {
		return several(among(options), nil, 1, len(options))
	}
	return single(options)
}

func (picture) Control(q *Question) Control {
	c := Control{Kind: Radios, Look: Pictures, Choices: optionChoices(q), Hint: say("choose_one")}
	if q.Multiple {
		c.Kind, c.Hint = Checks, say("choose_any")
	}
	return c
}

func (picture) Read(q *Question, f Form) []byte {
	id := f.Get(q.ID)
	switch {
	case q.Multiple:
		return readAll(f, q.ID)
	case id == "":
		return nil
	}
	return quote(id)
}

// picked gives what was chosen, one or several.
func picked(answer *fastjson.Value) []string {
	if s, ok := str(answer); ok {
		return []string{s}
	}
	return ids(answer)
}

func (picture) Fields(q *Question, answer *fastjson.Value) url.Values {
	return url.Values{q.ID: picked(answer)}
}

func (picture) Symbol(q *Question, part string) (logic.Symbol, bool) {
	s := logic.Symbol{Kind: logic.Text, Options: optionIDs(q)}
	if q.Multiple {
		s.Kind = logic.List
	}
	return s, part == ""
}

func (picture) Value(q *Question, answer *fastjson.Value, part string) logic.Value {
	got := picked(answer)
	switch {
	case part != "" || len(got) == 0:
		return logic.Value{}
	case q.Multiple:
		return logic.Ids(got)
	}
	return logic.Str(got[0])
}

func (picture) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	if part != "" {
		return ""
	}
	return w.List(titles(optionChoices(q), picked(answer), lang, w))
}
