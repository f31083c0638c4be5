package question

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// scale is what every whole number on a scale shares: its two ends, which may
// be named.
type scale struct {
	plain
	low, high int
}

func (s scale) Metric() (Metric, bool) { return Metric{Low: s.low, High: s.high}, true }

func (scale) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("labels", openapi.Ref("Labels").OrNull(), "The ends of the scale in words."),
	}
}

func (scale) Draft(q *Question, _, l *fault.List, p string) {
	if q.Labels != nil {
		q.Labels.Low.Check(l, p+"/labels/low")
		q.Labels.High.Check(l, p+"/labels/high")
	}
}

func (scale) Cell(_ *Question, cell string) (any, error) { return numberCell(cell) }

func (scale) Ready(q *Question, l *fault.List, p string) {
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

func (s scale) Compile(*Question) Check {
	refusal := refuse(fmt.Sprintf("A whole number from %d to %d is needed.", s.low, s.high), "err_scale", "min", s.low, "max", s.high)
	return func(v *fastjson.Value) *Refusal {
		if n, ok := whole(v); !ok || n < s.low || n > s.high {
			return refusal
		}
		return nil
	}
}

// whole gives the whole number that v is; "9", 7.5, true and null are none.
func whole(v *fastjson.Value) (int, bool) {
	if v == nil || v.Type() != fastjson.TypeNumber {
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

// control offers the numbers of the scale, each labelled by label, with both
// ends in words: the author's, else those of the catalogue.
func (s scale) control(q *Question, look Look, low, high string, label func(n int) Label) Control {
	c := Control{Kind: Radios, Look: look, Scale: true, Low: named(Text{}, low), High: named(Text{}, high)}
	if q.Labels != nil {
		c.Low.Text, c.High.Text = q.Labels.Low, q.Labels.High
	}
	for n := s.low; n <= s.high; n++ {
		c.Choices = append(c.Choices, Choice{Value: strconv.Itoa(n), Label: label(n)})
	}
	return c
}

// bare labels a number by itself.
func bare(n int) Label { return Label{Text: Text{Plain: strconv.Itoa(n)}} }

func (scale) Read(q *Question, f Form) []byte { return numberOf(f.Get(q.ID)) }

func (scale) Fields(q *Question, answer *fastjson.Value) url.Values {
	n, ok := whole(answer)
	if !ok {
		return nil
	}
	return field(q, strconv.Itoa(n))
}

func (scale) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Number}, part == ""
}

func (scale) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	n, ok := whole(answer)
	if !ok || part != "" {
		return logic.Value{}
	}
	return logic.Num(float64(n))
}

// Say gives the number. Scales whose numbers have words say the word.
func (scale) Say(_ *Question, answer *fastjson.Value, part, _ string, w *words.Words) string {
	n, ok := whole(answer)
	if !ok || part != "" {
		return ""
	}
	return w.Number(float64(n))
}

// sayLabel gives the label of what was chosen.
func sayLabel(c Control, answer *fastjson.Value, part, lang string, w *words.Words) string {
	n, ok := whole(answer)
	if !ok || part != "" {
		return ""
	}
	for _, choice := range c.Choices {
		if choice.Value == strconv.Itoa(n) {
			return choice.Label.In(lang, w)
		}
	}
	return ""
}
