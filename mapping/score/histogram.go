package score

import (
	"errors"
	"fmt"
	"iter"
)

// MaxN bounds the answers in one histogram (2^48). Up to it every sum that the
// scores need is an exact integer.
const MaxN = 1 << 48

// Errors of a histogram. They are wrapped with the values that caused them.
var (
	ErrUnknownMetric   = errors.New("unknown metric")
	ErrDifferentMetric = errors.New("histograms of different metrics are never pooled or compared")
	ErrOutOfRange      = errors.New("answer outside the metric's range")
	ErrBadCounts       = errors.New("counts do not fit the metric")
)

// Histogram counts the answers of one series by value: Counts[i] is the number
// of answers Metric.Min()+i. Counts may be nil, which means no answers; an
// unchecked Histogram read from elsewhere needs Validate first. It is a plain
// value to store, but a copy shares its Counts: use Clone before changing one.
type Histogram struct {
	Metric Metric
	Counts []int64
}

// NewHistogram returns a histogram without answers.
func NewHistogram(m Metric) Histogram {
	return Histogram{Metric: m, Counts: make([]int64, m.Buckets())}
}

// Validate reports why h cannot be scored: ErrUnknownMetric, or ErrBadCounts
// for a wrong number of buckets, a negative count or more than MaxN answers.
func (h Histogram) Validate() error {
	buckets := h.Metric.Buckets()
	if buckets == 0 {
		return fmt.Errorf("histogram of %q: %w", h.Metric, ErrUnknownMetric)
	}
	if h.Counts != nil && len(h.Counts) != buckets {
		return fmt.Errorf("histogram of %s with %d buckets: %w", h.Metric, len(h.Counts), ErrBadCounts)
	}
	var n int64
	for _, c := range h.Counts {
		if c < 0 || c > MaxN-n {
			return fmt.Errorf("histogram of %s with a count of %d: %w", h.Metric, c, ErrBadCounts)
		}
		n += c
	}
	return nil
}

// Add counts n more answers of one value. On an error (ErrUnknownMetric,
// ErrOutOfRange, ErrBadCounts for a negative n or more than MaxN in all)
// nothing is changed.
func (h *Histogram) Add(value int, n int64) error {
	low, high, ok := h.Metric.answers()
	switch {
	case !ok:
		return fmt.Errorf("add to a histogram of %q: %w", h.Metric, ErrUnknownMetric)
	case value < low || value > high:
		return fmt.Errorf("add %d to a histogram of %s (%d..%d): %w", value, h.Metric, low, high, ErrOutOfRange)
	case n < 0 || n > MaxN-h.N():
		return fmt.Errorf("add %d answers to a histogram of %s: %w", n, h.Metric, ErrBadCounts)
	}
	if h.Counts == nil {
		h.Counts = make([]int64, high-low+1)
	}
	h.Counts[value-low] += n
	return nil
}

// Merge adds the answers of other. Both must be valid and of one metric;
// otherwise an error is returned and nothing is changed.
func (h *Histogram) Merge(other Histogram) error {
	if h.Metric != other.Metric {
		return fmt.Errorf("merge %s into %s: %w", other.Metric, h.Metric, ErrDifferentMetric)
	}
	if err := h.Validate(); err != nil {
		return fmt.Errorf("merge into: %w", err)
	}
	if err := other.Validate(); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if other.N() > MaxN-h.N() {
		return fmt.Errorf("merge %d answers into %d: %w", other.N(), h.N(), ErrBadCounts)
	}
	if h.Counts == nil {
		h.Counts = make([]int64, h.Metric.Buckets())
	}
	for i, c := range other.Counts {
		h.Counts[i] += c
	}
	return nil
}

// Clone returns a copy that shares nothing with h.
func (h Histogram) Clone() Histogram {
	return Histogram{Metric: h.Metric, Counts: append([]int64(nil), h.Counts...)}
}

// N is the number of answers.
func (h Histogram) N() int64 {
	var n int64
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Count is the number of answers of one value, 0 outside the range.
func (h Histogram) Count(value int) int64 {
	if i := value - h.Metric.Min(); i >= 0 && i < len(h.Counts) {
		return h.Counts[i]
	}
	return 0
}

// All yields every answer of the range with its count, from the lowest up,
// zeros included.
func (h Histogram) All() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		low := h.Metric.Min()
		for i := range h.Metric.Buckets() {
			if !yield(low+i, h.Count(low+i)) {
				return
			}
		}
	}
}

// Moments returns the exact sums over the points of the answers: 0 or 100 for
// csat, -100, 0 or 100 for nps, the answer itself for the others.
func (h Histogram) Moments() Moments {
	var m Moments
	low := h.Metric.Min()
	for i, c := range h.Counts {
		x := h.Metric.points(low + i)
		m.N += c
		m.Sum += c * x
		m.SumSquares += c * x * x
	}
	return m
}

// Score returns the score of the answers with its 95 % interval: Wilson for
// csat, adjusted Wald for nps, t for the means of ces, emotion and rating.
// h must be valid.
func (h Histogram) Score() Estimate {
	switch h.Metric {
	case CSAT:
		return Wilson(h.Count(4)+h.Count(5), h.N())
	case NPS:
		var detractors int64
		for answer := 0; answer <= 6; answer++ {
			detractors += h.Count(answer)
		}
		return AdjustedWald(h.Count(9)+h.Count(10), detractors, h.N())
	}
	return MeanT(h.Moments())
}

// State is the state that the number of answers gives.
func (h Histogram) State() State { return StateOf(h.N()) }
