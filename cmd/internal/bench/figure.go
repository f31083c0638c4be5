package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Figure is one thing that was measured.
type Figure struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Limit is what the same run measured to hold the value against; with it
	// the goal is about their ratio.
	Limit *Limit `json:"limit,omitempty"`
	Goal  *Goal  `json:"goal,omitempty"` // nil: reported only
	Note  string `json:"note,omitempty"`
	// Missing says why it was not measured; then there is no value.
	Missing string `json:"not_measured,omitempty"`
}

// Limit is another thing measured in the same run.
type Limit struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
}

// Goal is what a figure is to reach.
type Goal struct {
	Least float64 `json:"at_least,omitempty"`
	Most  float64 `json:"at_most,omitempty"`
}

// AtLeast is the goal of a figure that may not be smaller.
func AtLeast(v float64) *Goal { return &Goal{Least: v} }

// AtMost is the goal of a figure that may not be larger.
func AtMost(v float64) *Goal { return &Goal{Most: v} }

// Ratio is the value against its limit; 0 without one.
func (f Figure) Ratio() float64 {
	if f.Limit == nil || f.Limit.Value == 0 {
		return 0
	}
	return f.Value / f.Limit.Value
}

// Verdict is "meets", "falls short", "reported" (no goal) or "not measured".
func (f Figure) Verdict() string {
	judged := f.Value
	if f.Limit != nil {
		judged = f.Ratio()
	}
	switch {
	case f.Missing != "":
		return "not measured"
	case f.Goal == nil:
		return "reported"
	case f.Goal.Least > 0 && !(judged >= f.Goal.Least), f.Goal.Most > 0 && !(judged <= f.Goal.Most), f.Limit != nil && f.Limit.Value == 0:
		return "falls short"
	}
	return "meets"
}

// told writes the value, and the ratio to its limit where there is one.
func (f Figure) told() string {
	if f.Missing != "" {
		return f.Missing
	}
	s := amount(f.Value, f.Unit)
	if f.Limit != nil {
		s += ", " + f.ratio(f.Ratio()) + " " + amount(f.Limit.Value, f.Limit.Unit) + " (" + f.Limit.What + ")"
	}
	return s
}

// ratio writes a ratio the way its goal counts: a share of what is to be
// reached, a multiple of what is not to be exceeded.
func (f Figure) ratio(r float64) string {
	if f.Goal != nil && f.Goal.Most > 0 {
		return strconv.FormatFloat(r, 'f', 2, 64) + " ×"
	}
	return strconv.FormatFloat(100*r, 'f', 0, 64) + " % of"
}

// goal writes the goal; empty without one.
func (f Figure) goal() string {
	if f.Goal == nil {
		return ""
	}
	sign, v := "≥ ", f.Goal.Least
	if f.Goal.Most > 0 {
		sign, v = "≤ ", f.Goal.Most
	}
	switch {
	case f.Limit == nil:
		return sign + amount(v, f.Unit)
	case f.Goal.Most > 0:
		return sign + strconv.FormatFloat(v, 'g', -1, 64) + " ×"
	}
	return sign + amount(100*v, "%")
}

// amount writes a number with three digits that tell something, thousands
// apart.
func amount(v float64, unit string) string {
	digits := 0
	if a := math.Abs(v); a > 0 && a < 100 && v != math.Trunc(v) {
		digits = min(max(2-int(math.Floor(math.Log10(a))), 0), 6)
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if digits > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	if unit == "" {
		return sign + whole
	}
	return fmt.Sprintf("%s%s %s", sign, whole, unit)
}
