package responses_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"waymark/responses"
	"waymark/surveys/fault"
)

func TestAPropertyThatIsNullIsRefusedByItsName(t *testing.T) {
	_, err := responses.ParseSubmission([]byte(`{"survey": "srv_x", "answers": {}, "properties": {"a/b": null, "empty": "", "c": "x"}}`))
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Malformed || len(f.Fields) != 1 || f.Fields[0].Pointer != "#/properties/a~1b" {
		t.Fatalf("null is answered with %v", err)
	}
	if _, err := responses.ParseSubmission([]byte(`{"survey": "srv_x", "answers": {}, "properties": {"empty": "", "c": "x"}}`)); err != nil {
		t.Fatalf("an empty text is answered with %v", err)
	}
}

// The limits of api.md §1 and §4: what stands at one is taken, what is one
// above is refused and pointed at.
func TestAResponseIsTakenUpToItsLimitsAndNotBeyond(t *testing.T) {
	d := newDesk(t)
	long := func(n int) string { return strings.Repeat("ä", n) }
	properties := func(n, name, value int) string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("%02d%s", i, long(name-2))] = long(value)
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return `,"answers":{"sat":4},"properties":` + string(b)
	}
	for name, c := range map[string]struct {
		most    int
		of      func(n int) string
		pointer string // of the one above
	}{
		"properties":                      {50, func(n int) string { return properties(n, 200, 200) }, "#/properties"},
		"characters of a property":        {200, func(n int) string { return properties(1, 2, n) }, "#/properties/00"},
		"characters of a property's name": {200, func(n int) string { return properties(1, n, 1) }, "#/properties"},
		"characters of a respondent":      {200, func(n int) string { return `,"answers":{"sat":4},"respondent":"` + long(n) + `"` }, "#/respondent"},
		"characters of a sender's id":     {128, func(n int) string { return `,"answers":{"sat":4},"id":"` + long(n) + `"` }, "#/id"},
		"characters of a text":            {10_000, func(n int) string { return `,"answers":{"sat":4,"why":"` + long(n) + `"}` }, "#/answers/why"},
	} {
		if _, err := d.send(body(c.of(c.most))); err != nil {
			t.Errorf("%d %s: %v", c.most, name, err)
		}
		_, err := d.send(body(c.of(c.most + 1)))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%d %s: %v, want %s", c.most+1, name, err, c.pointer)
		}
	}
}
