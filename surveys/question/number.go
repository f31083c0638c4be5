package question

import (
	"fmt"
	"math"
	"net/url"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
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
	between := fmt.Sprintf("A number from %g to %g is needed.", low, high)
	none, least, most := refuse(between, "err_number"), refuse(between, "err_least_number", "min", low), refuse(between, "err_most_number", "max", high)
	unstepped := refuse(fmt.Sprintf("A number in steps of %g from %g is needed.", step, origin), "err_step", "step", step)
	return func(v *fastjson.Value) *Refusal {
		f, err := v.Float64()
		switch {
		case err != nil || math.IsNaN(f):
			return none
		case f < low:
			return least
		case f > high:
			return most
		}
		if step > 0 {
			// A step like 0.1 has no exact binary form: allow for that.
			n := (f - origin) / step
			if math.Abs(n-math.Round(n)) > 1e-9*math.Max(1, math.Abs(n)) {
				return unstepped
			}
		}
		return nil
	}
}

// Control asks for whole numbers on a keyboard of digits where nothing else
// can be answered; that keyboard has no sign.
func (number) Control(q *Question) Control {
	low, high := bounds(q, math.Inf(-1), math.Inf(1))
	c := Control{Kind: Line, Input: "number", Mode: "decimal", Step: "any", Unit: q.Unit}
	if !math.IsInf(low, 0) {
		c.Min = figure(low)
	}
	if !math.IsInf(high, 0) {
		c.Max = figure(high)
	}
	if q.Step != nil {
		c.Step = figure(*q.Step)
		if *q.Step == math.Trunc(*q.Step) && low >= 0 && low == math.Trunc(low) {
			c.Mode = "numeric"
		}
	}
	return c
}

func (number) Read(q *Question, f Form) []byte { return numberOf(f.Get(q.ID)) }

func (number) Fields(q *Question, answer *fastjson.Value) url.Values {
	f, ok := float(answer)
	if !ok {
		return nil
	}
	return field(q, figure(f))
}

// float gives the number that an answer is.
func float(v *fastjson.Value) (float64, bool) {
	if v == nil || v.Type() != fastjson.TypeNumber {
		return 0, false
	}
	f, err := v.Float64()
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

func (number) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Number}, part == ""
}

func (number) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	f, ok := float(answer)
	if !ok || part != "" {
		return logic.Value{}
	}
	return logic.Num(f)
}

func (number) Say(q *Question, answer *fastjson.Value, part, _ string, w *words.Words) string {
	f, ok := float(answer)
	switch {
	case !ok || part != "":
		return ""
	case q.Unit != "":
		return w.Number(f) + "\u00a0" + q.Unit
	}
	return w.Number(f)
}
