package question

import (
	"encoding/json"

	"waymark/surveys/fault"
)

// numbersOnly notes a min and max of another JSON type than number.
func numbersOnly(q *Question, malformed *fault.List, p string) {
	if q.Min != nil && q.Min.Kind() != '0' {
		malformed.Add(p+"/min", "A number is needed here.")
	}
	if q.Max != nil && q.Max.Kind() != '0' {
		malformed.Add(p+"/max", "A number is needed here.")
	}
}

// bounds reads min and max, which numbersOnly passed.
func bounds(q *Question, low, high float64) (float64, float64) {
	if q.Min != nil {
		_ = json.Unmarshal(q.Min, &low)
	}
	if q.Max != nil {
		_ = json.Unmarshal(q.Max, &high)
	}
	return low, high
}
