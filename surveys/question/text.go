package question

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
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
	inForm := formats[q.Format]
	length := fmt.Sprintf("From %d to %d characters.", max(low, 1), high)
	return func(v *fastjson.Value) string {
		b, err := v.StringBytes()
		if err != nil {
			return "A text is needed."
		}
		if len(b) == 0 {
			return "Leave the key out where nothing was answered."
		}
		// Counting is only needed where the bytes do not settle it.
		if len(b) > high || low > 1 {
			if n := utf8.RuneCount(b); n < low || n > high {
				return length
			}
		}
		if bytes.IndexByte(b, 0) >= 0 {
			return "The text contains a NUL character; leave it out."
		}
		if inForm != nil {
			return inForm(b)
		}
		return ""
	}
}
