package render

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"waymark/mapping"
)

func TestEveryLanguageHasEveryWord(t *testing.T) {
	en := reflect.ValueOf(*vocabulary("en"))
	for _, lang := range Languages() {
		if endonyms[lang] == "" {
			t.Errorf("%s does not say its own name", lang)
		}
		w := reflect.ValueOf(*vocabulary(lang))
		for i := range w.NumField() {
			f, name := w.Field(i), lang+" "+w.Type().Field(i).Name
			switch f.Kind() {
			case reflect.String:
				if f.Len() == 0 {
					t.Errorf("%s is missing", name)
				}
			case reflect.Map:
				if f.Type() == reflect.TypeOf(counted{}) {
					continue
				}
				for _, k := range en.Field(i).MapKeys() {
					if v := f.MapIndex(k); !v.IsValid() || v.Len() == 0 {
						t.Errorf("%s has no word for %s", name, k)
					}
				}
			}
		}
		words := wordsOf(lang)
		for n := range 130 {
			form := plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0)
			for what, c := range map[string]counted{"Answers": words.Answers, "Suspects": words.Suspects, "Minutes": words.Minutes, "Hours": words.Hours, "Days": words.Days, "Last": words.Last} {
				if c[form] == "" {
					t.Fatalf("%s %s has no form for %d", lang, what, n)
				}
			}
		}
	}
}

func TestNumbersAndAgesReadAsPeopleSayThem(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{wordsOf("en").ago(90 * time.Second), "just now"},
		{wordsOf("en").ago(-time.Hour), "just now"},
		{wordsOf("en").ago(3 * 24 * time.Hour), "3 days ago"},
		{wordsOf("ru").ago(21 * 24 * time.Hour), "21 день назад"},
		{wordsOf("ru").ago(5 * time.Hour), "5 часов назад"},
		{wordsOf("lt").ago(12 * time.Minute), "prieš 12 minučių"},
		{wordsOf("lv").ago(21 * time.Minute), "pirms 21 minūtes"},
		{wordsOf("en").count(wordsOf("en").Answers, 1284), "1,284 answers"},
		{wordsOf("en").value(metricOf("csat", wordsOf("en")), 71.4), "71 %"},
		{wordsOf("en").value(metricOf("emotion", wordsOf("en")), -0.84), "−0.8"},
		{wordsOf("en").value(metricOf("emotion", wordsOf("en")), 0.62), "+0.6"},
		{wordsOf("en").value(metricOf("emotion", wordsOf("en")), -0.01), "0.0"},
		{wordsOf("en").interval(metricOf("emotion", wordsOf("en")), 0.86, 0.94), "+0.86 … +0.94"},
		{wordsOf("en").interval(metricOf("emotion", wordsOf("en")), 0.8, 1.1), "+0.8 … +1.1"},
		{wordsOf("en").tick(metricOf("emotion", wordsOf("en")), 2), "+2"},
		{wordsOf("en").tick(metricOf("ces", wordsOf("en")), 2.5), "2.5"},
		{wordsOf("en").move(metricOf("csat", wordsOf("en")), &mapping.Move{Value: -12.2, Low: -17, High: -7.4}), "▼ fell 12 ± 5"},
		{wordsOf("ru").move(metricOf("emotion", wordsOf("ru")), &mapping.Move{Value: 0.31, Low: 0.2, High: 0.44}), "▲ выросло на 0,3 ± 0,1"},
		{wordsOf("en").move(metricOf("csat", wordsOf("en")), &mapping.Move{Value: 0.3, Low: 0.1, High: 0.5}), "▲ rose 0.3 ± 0.2"},
		{wordsOf("en").move(metricOf("emotion", wordsOf("en")), &mapping.Move{Value: 0.13, Low: 0.02, High: 0.24}), "▲ rose 0.13 ± 0.11"},
		{wordsOf("et").value(metricOf("emotion", wordsOf("et")), 0.62), "+0,6"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestTextsAreNeutralWhereTheyAreShown(t *testing.T) {
	for in, want := range map[string]string{
		"a\u202Eb\u2066c\u200Bd\uFEFF":     "abcd",
		"line\none":                        "line one",
		"\x00\x1b[31m":                     "\uFFFD\uFFFD[31m",
		"e" + strings.Repeat("\u0301", 40): "e\u0301\u0301\u0301",
		"👩‍🚀 مرحبا":                        "👩‍🚀 مرحبا",
	} {
		if got := neutral(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// contrast is the ratio of WCAG 2.2.
func contrast(a, b string) float64 {
	lum := func(hex string) float64 {
		var c [3]float64
		for i := range 3 {
			var v int
			for _, d := range strings.ToLower(hex[1+2*i : 3+2*i]) {
				v = v*16 + strings.IndexRune("0123456789abcdef", d)
			}
			x := float64(v) / 255
			if x <= 0.04045 {
				c[i] = x / 12.92
			} else {
				c[i] = math.Pow((x+0.055)/1.055, 2.4)
			}
		}
		return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
	}
	x, y := lum(a), lum(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestEveryColourCanBeRead(t *testing.T) {
	for theme, p := range palettes {
		for _, ground := range []string{p.ground, p.raised} {
			for _, text := range []string{p.text, p.muted} {
				if c := contrast(text, ground); c < 4.5 {
					t.Errorf("%s: text %s on %s has %.2f", theme, text, ground, c)
				}
			}
			for _, mark := range append(p.faces[:], p.bar) {
				if c := contrast(mark, ground); c < 3 {
					t.Errorf("%s: mark %s on %s has %.2f", theme, mark, ground, c)
				}
			}
		}
		if c := contrast(p.text, p.bar); c < 3 {
			t.Errorf("%s: the whisker %s on the bar %s has %.2f", theme, p.text, p.bar, c)
		}
	}
}
