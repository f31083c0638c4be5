package words

import (
	"encoding/json"
	"testing"
)

func TestFormsAreThoseOfTheCatalogue(t *testing.T) {
	for _, tag := range Languages() {
		w := In(tag)
		for _, key := range []string{"chars_left", "kiosk_soon", "next"} {
			var got map[string]string
			if err := json.Unmarshal([]byte(w.Forms(key)), &got); err != nil {
				t.Fatal(err)
			}
			e := w.entries[key]
			if e.forms == nil && (len(got) != 1 || got["other"] != e.phrase) {
				t.Errorf("%s: %s is %v, want %q alone", tag, key, got, e.phrase)
			}
			for name, form := range formNames {
				if e.forms != nil && got[name] != e.forms[form] {
					t.Errorf("%s: %s %s is %q, want %q", tag, key, name, got[name], e.forms[form])
				}
			}
		}
	}
}
