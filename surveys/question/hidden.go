package question

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// Hidden is the type that a link or the API answers, or its default.
const Hidden = "hidden"

// hidden takes a text that the link or the API hands in.
type hidden struct{ plain }

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
	refusal := fmt.Sprintf("A text of at most %d characters is needed.", maxHidden)
	return func(v *fastjson.Value) string {
		if b, err := v.StringBytes(); err != nil || utf8.RuneCount(b) > maxHidden || bytes.IndexByte(b, 0) >= 0 {
			return refusal
		}
		return ""
	}
}
