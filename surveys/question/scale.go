package question

import (
	"fmt"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// labels are the named ends that every scale may have.
type labels struct{ plain }

func (labels) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("labels", openapi.Ref("Labels").OrNull(), "The ends of the scale in words."),
	}
}

func (labels) Draft(q *Question, _, l *fault.List, p string) {
	if q.Labels != nil {
		q.Labels.Low.Check(l, p+"/labels/low")
		q.Labels.High.Check(l, p+"/labels/high")
	}
}

func (labels) Cell(_ *Question, cell string) (any, error) { return numberCell(cell) }

func (labels) Ready(q *Question, l *fault.List, p string) {
	if q.Labels == nil {
		return
	}
	if !q.Labels.Low.Empty() {
		q.Labels.Low.Ready(l, p+"/labels/low")
	}
	if !q.Labels.High.Empty() {
		q.Labels.High.Ready(l, p+"/labels/high")
	}
}

// within makes the check of a whole number on the scale.
func within(m Metric) Check {
	refusal := fmt.Sprintf("A whole number from %d to %d is needed.", m.Low, m.High)
	return func(v *fastjson.Value) string {
		if n, ok := whole(v); !ok || n < m.Low || n > m.High {
			return refusal
		}
		return ""
	}
}

// whole gives the whole number that v is; "9", 7.5, true and null are none.
func whole(v *fastjson.Value) (int, bool) {
	if v.Type() != fastjson.TypeNumber {
		return 0, false
	}
	if n, err := v.Int(); err == nil {
		return n, true
	}
	// 4.0 and 4e0 are whole numbers too.
	f, err := v.Float64()
	if err != nil || !(f >= -maxNumber && f <= maxNumber) || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}
