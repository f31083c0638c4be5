package question

import (
	"bytes"
	"fmt"
	"net/url"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// Hidden is the type that a link or the API answers, or its default.
const Hidden = "hidden"

// hidden takes a text that the link or the API hands in.
type hidden struct{ plain }

// Preset is what answers a hidden question where nothing else does; "" for none.
func Preset(q *Question) string {
	if q.Type != Hidden || q.Default == nil {
		return ""
	}
	return *q.Default
}

func (hidden) Name() string  { return Hidden }
func (hidden) About() string { return "A text that the link or the API hands in." }

func (hidden) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("default", openapi.Text(0).OrNull(), "What holds where nothing was handed in; at most 200 characters when published."),
	}
}

func (hidden) Ready(q *Question, l *fault.List, p string) {
	if q.Default != nil && utf8.RuneCountInString(*q.Default) > maxHidden {
		l.Add(p+"/default", "At most %d characters.", maxHidden)
	}
}

func (hidden) Compile(*Question) Check {
	refusal := refuse(fmt.Sprintf("A text of at most %d characters is needed.", maxHidden), "err_long", "n", maxHidden)
	return func(v *fastjson.Value) *Refusal {
		if b, err := v.StringBytes(); err != nil || characters(b) > maxHidden || bytes.IndexByte(b, 0) >= 0 {
			return refusal
		}
		return nil
	}
}

func (hidden) Control(*Question) Control { return Control{Kind: Nothing} }

// Read takes an empty text too: a link that hands one in says that the default
// does not hold.
func (hidden) Read(q *Question, f Form) []byte {
	if !f.Has(q.ID) {
		return nil
	}
	return quote(lines(f.Get(q.ID)))
}

func (hidden) Fields(q *Question, answer *fastjson.Value) url.Values { return shown(q, answer) }

func (hidden) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Text}, part == ""
}

func (hidden) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	return textual(answer, part)
}

func (hidden) Say(_ *Question, answer *fastjson.Value, part, _ string, _ *words.Words) string {
	s, _ := textual(answer, part).Text()
	return s
}
