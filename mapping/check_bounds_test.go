package mapping

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"waymark/surveys/fault"
)

// "{}" is two bytes to send and was a kilobyte in memory, and more to refuse.
func TestAMapOfTooManyElementsIsRefusedBeforeItIsDecoded(t *testing.T) { // attack 29
	for _, list := range []string{"stages", "personas", "opportunities", "paths", "expectations"} {
		body := []byte(`{"title":"x","` + list + `":[` + strings.Repeat("{},", 600_000) + `{}]}`)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseDocument(body)
		runtime.ReadMemStats(&after)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "#/"+list) {
			t.Errorf("%s: %v", list, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(2*len(body)) {
			t.Errorf("%s: refusing %d bytes took %d", list, len(body), used)
		}
	}
}

// The limits of api.md §1: what stands at one is taken, what is one above is
// refused and pointed at.
func TestAMapIsTakenUpToItsLimitsAndNotBeyond(t *testing.T) {
	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	stage := func(i int) string { return fmt.Sprintf(`{"id":"s%d","name":"S"}`, i) }
	text := func(int) string { return `"x"` }
	one := list(1, stage)
	for name, c := range map[string]struct {
		most    int
		of      func(n int) string
		pointer string // of the one above
	}{
		"stages":            {200, func(n int) string { return `{"title":"x","stages":` + list(n, stage) + `}` }, "#/stages"},
		"items of one list": {2000, func(n int) string { return `{"title":"x","stages":` + one + `,"expectations":` + list(n-1, text) + `}` }, "#/expectations"},
		"items of two lists": {2000, func(n int) string {
			return `{"title":"x","stages":[{"id":"a","name":"A","steps":` + list(1000, text) + `,"thoughts":` + list(n-1001, text) + `}]}`
		}, "#/stages/0/thoughts"},
		"characters of a title": {10_000, func(n int) string { return `{"title":"` + strings.Repeat("ä", n) + `","stages":` + one + `}` }, "#/title"},
		"characters of a text deep": {10_000, func(n int) string {
			return `{"title":"x","stages":[{"id":"a","name":"A","steps":["` + strings.Repeat("x", n) + `"]}]}`
		}, "#/stages/0/steps/0"},
	} {
		if _, err := ParseDocument([]byte(c.of(c.most))); err != nil {
			t.Errorf("%d %s: %v", c.most, name, err)
		}
		_, err := ParseDocument([]byte(c.of(c.most + 1)))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%d %s: %v, want %s", c.most+1, name, err, c.pointer)
		}
	}
}
