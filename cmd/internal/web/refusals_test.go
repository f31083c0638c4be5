package web_test

import (
	"fmt"
	"strings"
	"testing"
)

// A batch answers 200 whatever its lines say, so each refused line is counted
// like a refused request.
func TestRefusedRequestsAndRefusedLinesAreCountedByReason(t *testing.T) {
	s := prepare(t)
	counted := func(status int, reason string, want int) {
		t.Helper()
		line := fmt.Sprintf("waymark_refusals_total{reason=%q,status=\"%d\"} %d\n", reason, status, want)
		if all := string(s.want(200, "metrics", request{}).body); !strings.Contains(all, line) {
			t.Errorf("%s is missing in\n%s", line, all)
		}
	}
	s.want(404, "getMap", request{path: map[string]string{"map": "unknown"}})
	counted(404, "not-found", 1)
	lines := fmt.Sprintf("{\"survey\": %q, \"answers\": {\"sat\": 4}}\nnot json\n{\"survey\": \"srv_unknown\", \"answers\": {}}\nnor this\n", s.path["survey"])
	if got := s.unchecked("createResponses", request{body: []byte(lines)}); got.status != 200 {
		t.Fatalf("the batch is answered %d: %s", got.status, got.body)
	}
	counted(400, "not-json", 2)
	counted(404, "not-found", 2)
}
