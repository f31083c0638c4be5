package surveys

import (
	"fmt"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
)

// scale is csat (1..5), ces (1..7), nps (0..10) and emotion (-2..2).
func scale(low, high int) kind {
	return kind{
		allowed: []string{"labels"},
		ready: func(q *Question, l *fault.List, p string) {
			if q.Labels != nil {
				q.Labels.Low.check(l, p+"/labels/low")
				q.Labels.High.check(l, p+"/labels/high")
			}
		},
		compile: func(*Question) func(*fastjson.Value) string { return wholeIn(low, high) },
		metric:  &metric{low, high},
	}
}

// rating is 1..5 in stars or numbers.
func rating() kind {
	k := scale(1, 5)
	k.allowed = []string{"labels", "shape"}
	labels := k.ready
	k.ready = func(q *Question, l *fault.List, p string) {
		labels(q, l, p)
		if q.Shape != "" && q.Shape != "stars" && q.Shape != "numbers" {
			l.Add(p+"/shape", "Must be \"stars\" or \"numbers\".")
		}
	}
	return k
}

func wholeIn(low, high int) func(*fastjson.Value) string {
	refusal := fmt.Sprintf("A whole number from %d to %d is needed.", low, high)
	return func(v *fastjson.Value) string {
		if n, ok := whole(v); !ok || n < low || n > high {
			return refusal
		}
		return ""
	}
}
