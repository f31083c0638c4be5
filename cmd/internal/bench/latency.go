package bench

import (
	"math"
	"slices"
	"time"
)

// Latencies are times that something took.
type Latencies struct {
	all    []time.Duration
	sorted bool
}

// Add notes one.
func (l *Latencies) Add(d time.Duration) {
	l.all, l.sorted = append(l.all, d), false
}

// Join notes those of another.
func (l *Latencies) Join(o *Latencies) {
	l.all, l.sorted = append(l.all, o.all...), false
}

// Len is how many were noted.
func (l *Latencies) Len() int { return len(l.all) }

// Millis gives the smallest time, in milliseconds, that a share q of all did
// not exceed; 1 gives the longest.
func (l *Latencies) Millis(q float64) float64 {
	if len(l.all) == 0 {
		return math.NaN()
	}
	if !l.sorted {
		slices.Sort(l.all)
		l.sorted = true
	}
	i := int(math.Ceil(q*float64(len(l.all)))) - 1
	return float64(l.all[min(max(i, 0), len(l.all)-1)]) / float64(time.Millisecond)
}
