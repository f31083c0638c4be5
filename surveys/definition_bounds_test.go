package surveys

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"waymark/surveys/fault"
)

func TestASurveyOfTooManyElementsIsRefusedBeforeItIsDecoded(t *testing.T) {
	for list, before := range map[string]string{"questions": `"questions":[`, "segments": `"segments":[`, "options": `"questions":[{"id":"a","type":"choice","title":"x","options":[`} {
		body := []byte(`{"map":"m","stage":"s",` + before + strings.Repeat("{},", 600_000) + "{}" + strings.Repeat("]}", strings.Count(before, "[")))
		var was, is runtime.MemStats
		runtime.ReadMemStats(&was)
		_, err := ParseDefinition(body)
		runtime.ReadMemStats(&is)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "/"+list) {
			t.Errorf("%s: %v", list, err)
		}
		if used := is.TotalAlloc - was.TotalAlloc; used > uint64(2*len(body)) {
			t.Errorf("%s: refusing %d bytes took %d", list, len(body), used)
		}
	}
}

// The limits of api.md §1 and §7: what stands at one is taken, what is one
// above is refused and pointed at.
func TestASurveyIsTakenUpToItsLimitsAndNotBeyond(t *testing.T) {
	list := func(n int, item string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(item, i)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	for name, c := range map[string]struct {
		most    int
		of      func(n int) string
		pointer string // of the one above
	}{
		"questions":                      {100, func(n int) string { return `"questions":` + list(n, `{"id":"q%d","type":"text"}`) }, "#/questions"},
		"segments":                       {3, func(n int) string { return `"questions":[],"segments":` + list(n, `"p%d"`) }, "#/segments"},
		"characters of a survey's title": {10_000, func(n int) string { return `"questions":[],"title":"` + strings.Repeat("ä", n) + `"` }, "#/title"},
		"characters of a question's": {10_000, func(n int) string {
			return `"questions":[{"id":"q","type":"text","title":{"en":"` + strings.Repeat("ä", n) + `"}}]`
		}, "#/questions/0/title/en"},
	} {
		if _, err := ParseDefinition([]byte(`{"map":"m","stage":"s",` + c.of(c.most) + `}`)); err != nil {
			t.Errorf("%d %s: %v", c.most, name, err)
		}
		_, err := ParseDefinition([]byte(`{"map":"m","stage":"s",` + c.of(c.most+1) + `}`))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%d %s: %v, want %s", c.most+1, name, err, c.pointer)
		}
	}
}
