package question

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// maxVersion is the length of a consent's version, in characters.
const maxVersion = 64

// consent takes that somebody agrees to a text. The response pins the version of
// the survey, and so the very words that were agreed to.
type consent struct{ plain }

func (consent) Name() string { return "consent" }
func (consent) About() string {
	return "Answered by `true`; left out where nobody agreed. The response's `version` of the survey has the very words that were agreed to."
}

func (consent) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("text", openapi.Ref("LocalText"), "What is agreed to; needed when published."),
		openapi.May("version", openapi.Either(openapi.Text(maxVersion), openapi.Number()).Like("2026-11"), "The author's own name or number for this wording."),
	}
}

func (consent) Draft(q *Question, malformed, l *fault.List, p string) {
	q.Text.Check(l, p+"/text")
	if q.Version == nil {
		return
	}
	var s string
	switch q.Version.Kind() {
	case '0':
	case '"':
		if _ = json.Unmarshal(q.Version, &s); utf8.RuneCountInString(s) > maxVersion {
			l.Add(p+"/version", "At most %d characters.", maxVersion)
		}
	default:
		malformed.Add(p+"/version", "A text or a number is needed here.")
	}
}

func (consent) Ready(q *Question, l *fault.List, p string) {
	q.Text.Ready(l, p+"/text")
	var s string
	if json.Unmarshal(q.Version, &s) == nil && strings.ContainsFunc(s, unicode.IsControl) {
		l.Add(p+"/version", "The text has a control character; leave it out.")
	}
}

// Cell takes what tables write for yes.
func (consent) Cell(_ *Question, cell string) (any, error) {
	switch s := strings.ToLower(strings.TrimSpace(cell)); s {
	case "true", "yes", "1", "x":
		return true, nil
	default:
		return nil, fmt.Errorf("%q is not true; leave the cell empty where nobody agreed", clip(s))
	}
}

func (consent) Compile(*Question) Check {
	wrong := refuse("Only true is an answer; leave the key out where nobody agreed.", "err_consent")
	return func(v *fastjson.Value) *Refusal {
		if v.Type() != fastjson.TypeTrue {
			return wrong
		}
		return nil
	}
}

func (consent) Demand(*Question) Check { return there("err_consent") }

func (consent) Control(q *Question) Control { return Control{Kind: Agree, Text: q.Text} }

func (consent) Read(q *Question, f Form) []byte {
	switch s := f.Get(q.ID); s {
	case "":
		return nil
	case "true":
		return []byte(s)
	default:
		return quote(s)
	}
}

func (consent) Fields(q *Question, answer *fastjson.Value) url.Values {
	if !agreed(answer) {
		return nil
	}
	return field(q, "true")
}

func agreed(answer *fastjson.Value) bool { return answer != nil && answer.Type() == fastjson.TypeTrue }

func (consent) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Bool}, part == ""
}

func (consent) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	if part != "" || !agreed(answer) {
		return logic.Value{}
	}
	return logic.Truth(true)
}

func (consent) Say(_ *Question, answer *fastjson.Value, part, _ string, w *words.Words) string {
	if part != "" || !agreed(answer) {
		return ""
	}
	return w.Say("agree")
}
