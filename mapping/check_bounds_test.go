package mapping

import (
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
