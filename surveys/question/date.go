package question

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
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
	return func(v *fastjson.Value) string {
		b, err := v.StringBytes()
		if err != nil || len(b) != len(time.DateOnly) {
			return dayNeeded
		}
		t, err := time.Parse(time.DateOnly, string(b))
		switch {
		case err != nil:
			return dayNeeded
		case hasLow && t.Before(low):
			return "Not before " + low.Format(time.DateOnly) + "."
		case hasHigh && t.After(high):
			return "Not after " + high.Format(time.DateOnly) + "."
		}
		return ""
	}
}
