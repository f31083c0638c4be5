package render

import (
	"net/url"
	"strings"
	"testing"

	"waymark/surveys/fault"
)

func TestWhatCannotBeDrawnIsRefusedAndAllOfItSaid(t *testing.T) {
	for query, want := range map[string]string{ // "": taken
		"": "", "theme=light&width=240&lang=zh&page=a4": "", "theme=print&width=4096&page=a3": "", "page=letter": "",
		"theme=pink": "bad-theme: theme must be light, dark or print.",
		"width=239":  "bad-width: width must be a whole number from 240 to 4096.",
		"width=4097": "bad-width: width must be a whole number from 240 to 4096.",
		"page=A4":    "bad-page: page must be a4, a3 or letter.",
		"lang=de":    "bad-lang: lang must be one of en, et, lv, lt, ru, zh.",
		"theme=pink&lang=de&width=1&page=a5": "bad-theme: theme must be light, dark or print. width must be a whole number from 240 to 4096. page must be a4, a3 or letter. " +
			"lang must be one of en, et, lv, lt, ru, zh.",
		"lang=de&width=x": "bad-width: width must be a whole number from 240 to 4096. lang must be one of en, et, lv, lt, ru, zh.",
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parseOptions(v, v.Get("page"))
		if want == "" && err != nil || want != "" && (!fault.Is(err, fault.Invalid) || err.Error() != want) {
			t.Errorf("%s: got %v, want %q", query, err, want)
		}
	}
}

func TestAPageIsPrintedOnTheSheetThatWasAskedFor(t *testing.T) {
	d, s := shop()
	for page, rule := range map[string]string{"": "@page{@bottom-left", "a4": "@page{size:a4 landscape;@bottom-left", "a3": "@page{size:a3 landscape;", "letter": "@page{size:letter landscape;"} {
		o := Options{Lang: "en", Page: page}
		body, _, err := HTML(NewView(d, s, o), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		// The last rule of equal ones holds.
		if _, last, _ := strings.Cut(string(body), "@page{size:landscape"); !strings.Contains(last, rule) {
			t.Errorf("%q: %s is missing", page, rule)
		}
	}
}
