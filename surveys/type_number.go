package surveys

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
)

// bounds reads min and max as numbers, noting those that are none.
func bounds(q *Question, l *fault.List, p string, low, high float64) (float64, float64) {
	read := func(name string, raw []byte, to *float64) {
		if raw != nil && (json.Unmarshal(raw, to) != nil || string(raw) == "null") {
			l.Add(p+"/"+name, "A number is needed.")
		}
	}
	read("min", q.Min, &low)
	read("max", q.Max, &high)
	return low, high
}

// number takes any number, or those between min and max in steps from min.
func number() kind {
	const most = 1 << 53
	return kind{
		allowed: []string{"min", "max", "step", "unit"},
		ready: func(q *Question, l *fault.List, p string) {
			if low, high := bounds(q, l, p, -most, most); low > high {
				l.Add(p+"/min", "Must not be more than max.")
			}
			if q.Step != nil && *q.Step <= 0 {
				l.Add(p+"/step", "Must be more than 0.")
			}
		},
		compile: func(q *Question) func(*fastjson.Value) string {
			low, high := bounds(q, &fault.List{}, "", -most, most)
			origin := 0.0
			if q.Min != nil {
				origin = low
			}
			refusal := fmt.Sprintf("A number from %g to %g is needed.", low, high)
			return func(v *fastjson.Value) string {
				f, err := v.Float64()
				if err != nil || math.IsNaN(f) || f < low || f > high {
					return refusal
				}
				if q.Step != nil {
					// A step like 0.1 has no exact binary form: allow for that.
					n := (f - origin) / *q.Step
					if math.Abs(n-math.Round(n)) > 1e-9*math.Max(1, math.Abs(n)) {
						return fmt.Sprintf("A number in steps of %g is needed.", *q.Step)
					}
				}
				return ""
			}
		},
	}
}

// date takes a calendar day, "2026-11-20".
func date() kind {
	day := func(raw []byte) (time.Time, bool) {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return time.Time{}, false
		}
		t, err := time.Parse(time.DateOnly, s)
		return t, err == nil
	}
	return kind{
		allowed: []string{"min", "max"},
		ready: func(q *Question, l *fault.List, p string) {
			low, lowOK := day(q.Min)
			high, highOK := day(q.Max)
			if q.Min != nil && !lowOK {
				l.Add(p+"/min", "A day like \"2026-11-20\".")
			}
			if q.Max != nil && !highOK {
				l.Add(p+"/max", "A day like \"2026-11-20\".")
			}
			if lowOK && highOK && high.Before(low) {
				l.Add(p+"/min", "Must not be after max.")
			}
		},
		compile: func(q *Question) func(*fastjson.Value) string {
			low, hasLow := day(q.Min)
			high, hasHigh := day(q.Max)
			return func(v *fastjson.Value) string {
				b, err := v.StringBytes()
				if err != nil {
					return "A day like \"2026-11-20\" is needed."
				}
				t, err := time.Parse(time.DateOnly, string(b))
				switch {
				case err != nil:
					return "A day like \"2026-11-20\" is needed."
				case hasLow && t.Before(low):
					return "Not before " + low.Format(time.DateOnly) + "."
				case hasHigh && t.After(high):
					return "Not after " + high.Format(time.DateOnly) + "."
				}
				return ""
			}
		},
	}
}
