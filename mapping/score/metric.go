package score

import "fmt"

// Metric is what a question measures. It fixes the range of answers and the
// formula of the score.
type Metric string

// The metrics, with the range of their answers and the unit of their score.
const (
	CSAT    Metric = "csat"    // 1..5; percentage of the two top answers, 0..100
	NPS     Metric = "nps"     // 0..10; promoters (9, 10) minus detractors (0..6), -100..100
	CES     Metric = "ces"     // 1..7; mean
	Emotion Metric = "emotion" // -2..2; mean
	Rating  Metric = "rating"  // 1..5; mean
)

// Metrics returns all metrics in a fixed order.
func Metrics() []Metric { return []Metric{CSAT, NPS, CES, Emotion, Rating} }

// ParseMetric returns the metric called s, or an error that names s.
func ParseMetric(s string) (Metric, error) {
	m := Metric(s)
	if !m.Valid() {
		return "", fmt.Errorf("%q is not a metric", s)
	}
	return m, nil
}

// Valid reports whether m is one of the metrics above.
func (m Metric) Valid() bool {
	_, _, ok := m.answers()
	return ok
}

func (m Metric) answers() (low, high int, ok bool) {
	switch m {
	case CSAT, Rating:
		return 1, 5, true
	case NPS:
		return 0, 10, true
	case CES:
		return 1, 7, true
	case Emotion:
		return -2, 2, true
	}
	return 0, 0, false
}

// Min is the lowest answer.
func (m Metric) Min() int { low, _, _ := m.answers(); return low }

// Max is the highest answer.
func (m Metric) Max() int { _, high, _ := m.answers(); return high }

// Buckets is the number of different answers, 0 for an unknown metric.
func (m Metric) Buckets() int {
	low, high, ok := m.answers()
	if !ok {
		return 0
	}
	return high - low + 1
}

// Bottom is the lowest possible score, in the unit of the score.
func (m Metric) Bottom() float64 {
	switch m {
	case CSAT:
		return 0
	case NPS:
		return -100
	}
	return float64(m.Min())
}

// Top is the highest possible score, in the unit of the score.
func (m Metric) Top() float64 {
	if m == CSAT || m == NPS {
		return 100
	}
	return float64(m.Max())
}

// Width is the span of the score's scale: csat 100, nps 200, ces 6, rating and
// emotion 4.
func (m Metric) Width() float64 { return m.Top() - m.Bottom() }

// points is what one answer contributes to the score: the score is the mean of
// the points over all answers, whatever the metric.
func (m Metric) points(answer int) int64 {
	switch m {
	case CSAT:
		if answer >= 4 {
			return 100
		}
		return 0
	case NPS:
		switch {
		case answer >= 9:
			return 100
		case answer <= 6:
			return -100
		}
		return 0
	}
	return int64(answer)
}
