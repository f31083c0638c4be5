package surveys

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Authors name answers in many texts, and an answer may be long: what a page
// repeats of it has a bound.
func TestALongAnswerIsRepeatedOnlyInPart(t *testing.T) {
	if got := clip(strings.Repeat("ж", 10_000)); utf8.RuneCountInString(got) != maxSaid+1 || !strings.HasSuffix(got, "ж…") {
		t.Errorf("%d characters are said again", utf8.RuneCountInString(got))
	}
	for _, whole := range []string{"", "ж", strings.Repeat("ж", maxSaid)} {
		if clip(whole) != whole {
			t.Errorf("%d characters were cut", utf8.RuneCountInString(whole))
		}
	}
}
