package question

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// text takes a line of text.
type text struct{ plain }

func (text) Name() string  { return "text" }
func (text) About() string { return "Answered by a line of text." }

func (text) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("min_length", openapi.Integer().OrNull(), "Characters; from 0 to 10,000 when published."),
		openapi.May("max_length", openapi.Integer().OrNull(), "Characters; from 1 to 10,000 when published."),
		openapi.May("format", openapi.Text(0), "`email`, `url` or `tel` when published: only such a text is taken."),
	}
}

// lengths gives the least and most characters of an answer.
func lengths(q *Question) (low, high int) {
	high = MaxText
	if q.MinLength != nil {
		low = *q.MinLength
	}
	if q.MaxLength != nil {
		high = *q.MaxLength
	}
	return low, high
}

func (text) Ready(q *Question, l *fault.List, p string) {
	low, high := lengths(q)
	if low < 0 || low > MaxText {
		l.Add(p+"/min_length", "From 0 to %d.", MaxText)
	}
	if high < 1 || high > MaxText {
		l.Add(p+"/max_length", "From 1 to %d.", MaxText)
	}
	if low > high {
		l.Add(p+"/min_length", "Must not be more than max_length.")
	}
	if _, known := formats[q.Format]; q.Format != "" && !known {
		l.Add(p+"/format", "Must be \"email\", \"url\" or \"tel\".")
	}
}

func (text) Compile(q *Question) Check {
	low, high := lengths(q)
	inForm := formats[q.Format].check
	length := fmt.Sprintf("From %d to %d characters.", max(low, 1), high)
	short, long := refuse(length, "err_short", "n", low), refuse(length, "err_long", "n", high)
	noText := refuse("A text is needed.", "err_text")
	empty := refuse("Leave the key out where nothing was answered.", "err_required")
	nul := refuse("The text contains a NUL character; leave it out.", "err_text")
	return func(v *fastjson.Value) *Refusal {
		b, err := v.StringBytes()
		switch {
		case err != nil:
			return noText
		case len(b) == 0:
			return empty
		case bytes.IndexByte(b, 0) >= 0:
			return nul
		}
		// Counting is only needed where the bytes do not settle it.
		if len(b) > high || low > 1 {
			switch n := characters(b); {
			case n < low:
				return short
			case n > high:
				return long
			}
		}
		if inForm != nil {
			return inForm(b)
		}
		return nil
	}
}

func (text) Control(q *Question) Control {
	f := formats[q.Format]
	c := Control{Kind: Line, Input: cmp.Or(f.input, "text"), Mode: f.input}
	c.MinLength, _ = lengths(q)
	if q.MaxLength != nil { // nobody needs to be told of the bound that all texts have
		c.MaxLength = *q.MaxLength
	}
	return c
}

func (text) Read(q *Question, f Form) []byte { return written(line(f.Get(q.ID))) }

// written is a text as an answer; nil where it is blank.
func written(s string) []byte {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return quote(s)
}

func (text) Fields(q *Question, answer *fastjson.Value) url.Values { return shown(q, answer) }

// shown is the form of an answer that is a text.
func shown(q *Question, answer *fastjson.Value) url.Values {
	s, ok := str(answer)
	if !ok {
		return nil
	}
	return field(q, s)
}

func (text) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Text}, part == ""
}

func (text) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	return textual(answer, part)
}

// textual is the value of an answer that is a text.
func textual(answer *fastjson.Value, part string) logic.Value {
	s, ok := str(answer)
	if !ok || part != "" {
		return logic.Value{}
	}
	return logic.Str(s)
}

func (text) Say(_ *Question, answer *fastjson.Value, part, _ string, _ *words.Words) string {
	s, _ := textual(answer, part).Text()
	return s
}

// characters counts runes. utf8.RuneCount copies what is not ASCII (Go 1.26);
// this does not.
func characters(b []byte) int {
	n := 0
	for len(b) > 0 {
		_, size := utf8.DecodeRune(b)
		b = b[size:]
		n++
	}
	return n
}
