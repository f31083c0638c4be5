package words

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
)

// needed are the languages that the product promises.
var needed = []string{"en", "de", "fr", "es", "pt-BR", "it", "nl", "pl", "et", "lv", "lt", "ru", "uk", "ar", "he", "zh", "ja", "tr"}

var places = regexp.MustCompile(`\{[a-z]+\}`)

func TestEveryPromisedLanguageHasACatalogue(t *testing.T) {
	for _, tag := range needed {
		if !slices.Contains(Languages(), tag) {
			t.Errorf("%s has none", tag)
		}
	}
}

func TestNoCatalogueMissesAWordAPlaceOrAPluralForm(t *testing.T) {
	english := In("en")
	for _, tag := range Languages() {
		w := In(tag)
		if w.Tag != tag {
			t.Fatalf("%s gives the words of %s", tag, w.Tag)
		}
		for key, want := range english.entries {
			got, there := w.entries[key]
			if !there {
				t.Errorf("%s misses %s", tag, key)
				continue
			}
			for form, phrase := range got.all() {
				if strings.TrimSpace(phrase) == "" || strings.Contains(phrase, "!") || phrase != strings.TrimSpace(phrase) {
					t.Errorf("%s: %s (%v) is %q: empty, loud or padded", tag, key, form, phrase)
				}
				a, b := fills(phrase), fills(want.any())
				if got.forms != nil { // "one" and "two" may say the number in a word
					a, b = slices.DeleteFunc(a, isN), slices.DeleteFunc(b, isN)
				}
				if !slices.Equal(a, b) {
					t.Errorf("%s: %s (%v) has the places %v, English %v", tag, key, form, a, b)
				}
			}
			if (want.forms == nil) != (got.forms == nil) {
				t.Errorf("%s: %s has plural forms in one of the two", tag, key)
			}
			if got.forms == nil {
				continue
			}
			for n := range 200 {
				form := plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0)
				if _, there := got.forms[form]; !there {
					t.Errorf("%s: %s has no form for %d", tag, key, n)
					break
				}
			}
		}
		for key := range w.entries {
			if _, there := english.entries[key]; !there {
				t.Errorf("%s has %s, which English does not", tag, key)
			}
		}
	}
}

// TestTranslationsAreTranslated finds catalogues that were copied: few words
// are the same in two languages.
func TestTranslationsAreTranslated(t *testing.T) {
	english := In("en")
	for _, tag := range Languages() {
		if tag == "en" {
			continue
		}
		same := 0
		for key, e := range In(tag).entries {
			if e.any() == english.entries[key].any() {
				same++
			}
		}
		if same > 6 {
			t.Errorf("%d words of %s are the English ones", same, tag)
		}
	}
}

func isN(s string) bool { return s == "{n}" }

func fills(s string) []string {
	out := places.FindAllString(s, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

func (e entry) any() string {
	if e.forms == nil {
		return e.phrase
	}
	return e.forms[plural.Other]
}

func (e entry) all() map[plural.Form]string {
	if e.forms == nil {
		return map[plural.Form]string{plural.Other: e.phrase}
	}
	return maps.Clone(e.forms)
}

func TestWordsAreFilled(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{In("en").Say("step", "n", 2, "total", 5), "Question 2 of 5"},
		{In("en").Say("stars", "n", 1), "1 star"},
		{In("en").Say("stars", "n", 3), "3 stars"},
		{In("en").Say("rank_place", "option", "{total} <b>"), "Place of {total} <b>"},
		{In("xx").Say("next"), "Next"},
		{In("en-GB").Say("next"), "Next"},
		{In("en").Say("nothing of the kind"), "nothing of the kind"},
		{In("de").Number(1234.5), "1.234,5"},
		{In("ar").Number(12), "12"},
		{In("de").Date(time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)), "05.11.2026"},
		{In("en").Size(5 << 20), "5 MB"},
		{In("en").Size(1536), "1 KB"},
		{In("de").Say("err_file_size", "size", Bytes(1536<<10)), "Die Datei ist zu groß; möglich sind bis zu 1,5 MB."},
		{In("pt-BR").Say("err_exclusive", "option", own{}), "“{n} in pt-BR” não pode ser escolhida junto com outras."},
		{In("en").List([]string{"a", "b", "c"}), "a, b, c"},
		{In("ja").List([]string{"a", "b"}), "a、b"},
		{In("en").List(nil), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// own is a text of a survey's author.
type own struct{}

func (own) In(lang string) string { return "{n} in " + lang }

func TestTheLanguageIsChosenByTheFirstWishThatFindsOne(t *testing.T) {
	offered := []string{"en", "pt-BR", "zh-Hant", "de"}
	for _, c := range []struct {
		name string
		wish Wish
		want string
	}{
		{"nothing is known", Wish{}, "en"},
		{"what was asked beats all", Wish{Asked: "de", Link: "pt-BR", Accept: "en"}, "de"},
		{"an unknown one asked is passed over", Wish{Asked: "xx", Link: "pt-BR"}, "pt-BR"},
		{"the link beats the contact", Wish{Link: "de", Contact: "pt-BR"}, "de"},
		{"the contact beats the browser", Wish{Contact: "pt-BR", Accept: "de"}, "pt-BR"},
		{"the browser beats the workspace", Wish{Accept: "de", Workspace: "pt-BR"}, "de"},
		{"weights decide", Wish{Accept: "en;q=0.1, de;q=0.9"}, "de"},
		{"zero means never", Wish{Accept: "de;q=0, pt"}, "pt-BR"},
		{"a prefix finds its part", Wish{Accept: "pt"}, "pt-BR"},
		{"a part finds its prefix", Wish{Accept: "de-AT"}, "de"},
		{"a sister is found", Wish{Accept: "pt-PT"}, "pt-BR"},
		{"letter case does not matter", Wish{Asked: "PT-br"}, "pt-BR"},
		{"half a word is no prefix", Wish{Asked: "d", Workspace: "de"}, "de"},
		{"the workspace is the last", Wish{Accept: "fr", Workspace: "de"}, "de"},
		{"a header of nonsense does not matter", Wish{Accept: strings.Repeat("a,", 5000), Workspace: "de"}, "de"},
	} {
		if got := Choose(offered, c.wish); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
