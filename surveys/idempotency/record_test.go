package idempotency_test

import (
	"strings"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/idempotency"
)

func TestKeysAreOneTo255PrintableASCIICharacters(t *testing.T) {
	for key, ok := range map[string]bool{
		"a": true, " ~": true, "8e03978e-40d5-43dd-bc93-6894a57f9324": true, strings.Repeat("k", 255): true,
		"": false, strings.Repeat("k", 256): false, "a\tb": false, "a\r\nb": false, "é": false, "\x7f": false, "\x00": false,
	} {
		err := idempotency.CheckKey(key)
		if ok && err != nil || !ok && !fault.Is(err, fault.Invalid) {
			t.Errorf("%.20q: got %v", key, err)
		}
	}
}
