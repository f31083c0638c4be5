package question

import (
	"fmt"
	"math"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// number takes any number, or those between min and max in steps from min
// (from 0 without one).
type number struct{ plain }

func (number) Name() string  { return "number" }
func (number) About() string { return "Answered by a number." }

func (number) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("min", openapi.Number(), "The smallest number."),
		openapi.May("max", openapi.Number(), "The largest number, not less than min when published."),
		openapi.May("step", openapi.Number().OrNull(), "Only numbers so far apart, from min or 0; more than 0 when published."),
		openapi.May("unit", openapi.Text(MaxText), "Stands behind the number."),
	}
}

func (number) Cell(_ *Question, cell string) (any, error) { return numberCell(cell) }

func (number) Draft(q *Question, malformed, l *fault.List, p string) {
	numbersOnly(q, malformed, p)
	notLong(l, p+"/unit", q.Unit)
}

func (number) Ready(q *Question, l *fault.List, p string) {
	if low, high := bounds(q, -maxNumber, maxNumber); low > high {
		l.Add(p+"/min", "Must not be more than max.")
	}
	if q.Step != nil && *q.Step <= 0 {
		l.Add(p+"/step", "Must be more than 0.")
	}
}

func (number) Compile(q *Question) Check {
	low, high := bounds(q, -maxNumber, maxNumber)
	origin, step := 0.0, 0.0
	if q.Min != nil {
		origin = low
	}
	if q.Step != nil {
		step = *q.Step
	}
	refusal := fmt.Sprintf("A number from %g to %g is needed.", low, high)
	unstepped := fmt.Sprintf("A number in steps of %g from %g is needed.", step, origin)
	return func(v *fastjson.Value) string {
		f, err := v.Float64()
		if err != nil || !(f >= low && f <= high) { // NaN fails both
			return refusal
		}
		if step > 0 {
			// A step like 0.1 has no exact binary form: allow for that.
			n := (f - origin) / step
			if math.Abs(n-math.Round(n)) > 1e-9*math.Max(1, math.Abs(n)) {
				return unstepped
			}
		}
		return ""
	}
}
