package question

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// date takes a calendar day, "2026-11-20".
type date struct{ plain }

func (date) Name() string  { return "date" }
func (date) About() string { return "Answered by a calendar day." }

func (date) Keys() []openapi.Key {
	day := openapi.Text(0).Like("2026-11-20")
	return []openapi.Key{
		openapi.May("min", day, "The first day; a calendar day when published."),
		openapi.May("max", day, "The last day; a calendar day when published."),
	}
}

func (date) Cell(_ *Question, cell string) (any, error) { return strings.TrimSpace(cell), nil }

const dayNeeded = "A day like \"2026-11-20\" is needed."

func (date) Draft(q *Question, malformed, _ *fault.List, p string) {
	if q.Min != nil && q.Min.Kind() != '"' {
		malformed.Add(p+"/min", "%s", dayNeeded)
	}
	if q.Max != nil && q.Max.Kind() != '"' {
		malformed.Add(p+"/max", "%s", dayNeeded)
	}
}

// day reads a bound; false where there is none or it is no day.
func day(raw []byte) (time.Time, bool) {
	var s string
	if raw == nil || json.Unmarshal(raw, &s) != nil {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

func (date) Ready(q *Question, l *fault.List, p string) {
	low, hasLow := day(q.Min)
	high, hasHigh := day(q.Max)
	if q.Min != nil && !hasLow {
		l.Add(p+"/min", "%s", dayNeeded)
	}
	if q.Max != nil && !hasHigh {
		l.Add(p+"/max", "%s", dayNeeded)
	}
	if hasLow && hasHigh && high.Before(low) {
		l.Add(p+"/min", "Must not be after max.")
	}
}

func (date) Compile(q *Question) Check {
	low, hasLow := day(q.Min)
	high, hasHigh := day(q.Max)
	none := refuse(dayNeeded, "err_date")
	early := refuse("Not before "+low.Format(time.DateOnly)+".", "err_from", "min", low)
	late := refuse("Not after "+high.Format(time.DateOnly)+".", "err_until", "max", high)
	return func(v *fastjson.Value) *Refusal {
		b, err := v.StringBytes()
		if err != nil || len(b) != len(time.DateOnly) {
			return none
		}
		t, err := time.Parse(time.DateOnly, string(b))
		switch {
		case err != nil:
			return none
		case hasLow && t.Before(low):
			return early
		case hasHigh && t.After(high):
			return late
		}
		return nil
	}
}

func (date) Control(q *Question) Control {
	c := Control{Kind: Line, Input: "date"}
	if t, ok := day(q.Min); ok {
		c.Min = t.Format(time.DateOnly)
	}
	if t, ok := day(q.Max); ok {
		c.Max = t.Format(time.DateOnly)
	}
	return c
}

func (date) Read(q *Question, f Form) []byte { return written(line(f.Get(q.ID))) }

func (date) Fields(q *Question, answer *fastjson.Value) url.Values { return shown(q, answer) }

func (date) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Date}, part == ""
}

func (date) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	return textual(answer, part)
}

func (date) Say(_ *Question, answer *fastjson.Value, part, _ string, w *words.Words) string {
	s, _ := textual(answer, part).Text()
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return ""
	}
	return w.Date(t)
}
