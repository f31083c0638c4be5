package question

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// numberCell reads a cell as a number, a whole one where it is.
func numberCell(cell string) (any, error) {
	trimmed := strings.TrimSpace(cell)
	if i, err := strconv.ParseInt(trimmed, 10, 64); err == nil {
		return i, nil
	}
	f, err := strconv.ParseFloat(trimmed, 64)
	if err != nil || f != f || f > 1e300 || f < -1e300 {
		return nil, fmt.Errorf("%q is not a number", clip(cell))
	}
	return f, nil
}

// optionCell finds what was chosen: by its id, else by its title in any
// language, else as an own text where the question allows one.
func optionCell(q *Question, cell string) any {
	s := strings.TrimSpace(cell)
	if strings.HasPrefix(s, "{") && json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	for _, o := range q.Options {
		if o.ID == s {
			return s
		}
	}
	for _, o := range q.Options {
		if o.Title.Has(s) {
			return o.ID
		}
	}
	if q.Other {
		return map[string]string{otherID: s}
	}
	return s
}

// listCell reads things separated by |, or a JSON list as an export writes it.
func listCell(choices []Choice, cell string) any {
	if s := strings.TrimSpace(cell); strings.HasPrefix(s, "[") && json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	var list []string
	for part := range strings.SplitSeq(cell, "|") {
		if strings.TrimSpace(part) != "" {
			list = append(list, find(choices, part))
		}
	}
	return list
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
