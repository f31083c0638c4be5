package strict

import (
	"strings"
	"testing"

	"waymark/surveys/fault"
)

func TestTheElementsOfAllListsAreBoundedTogether(t *testing.T) {
	for doc, n := range map[string]int{
		``: 0, `{}`: 0, `[]`: 0, `5`: 0, `[1]`: 1, `[[],[]]`: 2, `[[1,2],{"a":[3,{"b":null}]}]`: 6,
		`{"a":[1,2],"b":{"c":["x"]}}`: 3, `{"a":1,"a":[1]}`: 1,
	} {
		if err := AtMost([]byte(doc), n); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
		if n > 0 && !fault.Is(AtMost([]byte(doc), n-1), fault.Invalid) {
			t.Errorf("%s has fewer than %d", doc, n)
		}
	}
	if err := AtMost([]byte(`[1,2,oops`), 2); err != nil {
		t.Errorf("what is not JSON: %v", err)
	}
	err := AtMost([]byte(`{"a":[1,2],"b/c":[{"d":[3,4]}]}`), 4)
	if err == nil || !strings.Contains(err.Error(), "[#/b~1c/0/d ") {
		t.Errorf("%v", err)
	}
}
