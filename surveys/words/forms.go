package words

import (
	"encoding/json"
)

// Forms gives a word with plural forms as JSON, {"one": …, "other": …}, for
// scripts that count; they name forms as Intl.PluralRules does.
func (w *Words) Forms(key string) string {
	out := map[string]string{"other": w.entries[key].phrase}
	if forms := w.entries[key].forms; forms != nil {
		for name, form := range formNames {
			if phrase, has := forms[form]; has {
				out[name] = phrase
			}
		}
	}
	b, _ := json.Marshal(out) // of strings
	return string(b)
}
