package surveys

import (
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
