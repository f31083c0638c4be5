package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed catalogue/*.json
var files embed.FS

// Words are the words of one language. They never change and may be shared.
type Words struct {
	// Tag is the language, as its catalogue is named.
	Tag string
	// Name is the language's name in itself.
	Name string
	// RTL tells that the language is written from right to left.
	RTL bool

	tag     language.Tag
	entries map[string]entry
	printer *message.Printer
	layout  string // of dates, package time
}

// entry is one word: a phrase, or one for each plural form.
type entry struct {
	phrase string
	forms  map[plural.Form]string
}

var formNames = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other}

func (e *entry) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &e.phrase)
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	e.forms = map[plural.Form]string{}
	for name, phrase := range forms {
		form, known := formNames[name]
		if !known {
			return fmt.Errorf("%q is no plural form", name)
		}
		e.forms[form] = phrase
	}
	return nil
}

// layouts are the short forms of a date, CLDR 44, where they are not 2006-01-02.
var layouts = map[string]string{
	"en": "2 Jan 2006", "de": "02.01.2006", "fr": "02/01/2006", "es": "02/01/2006", "pt-BR": "02/01/2006", "it": "02/01/2006", "nl": "02-01-2006", "pl": "02.01.2006",
	"et": "02.01.2006", "lv": "02.01.2006", "ru": "02.01.2006", "uk": "02.01.2006", "ar": "02/01/2006", "he": "02.01.2006", "zh": "2006年1月2日", "ja": "2006年1月2日", "tr": "02.01.2006",
}

var load = sync.OnceValues(func() (map[string]*Words, []string) {
	dir, err := files.ReadDir("catalogue")
	if err != nil {
		panic(err) // embedded: it is there or the program was not built
	}
	all := map[string]*Words{}
	for _, f := range dir {
		w, err := read(f.Name())
		if err != nil {
			panic(err) // tested for every file
		}
		all[w.Tag] = w
	}
	tags := slices.Sorted(maps.Keys(all))
	return all, tags
})

func read(file string) (*Words, error) {
	b, err := files.ReadFile("catalogue/" + file)
	if err != nil {
		return nil, err
	}
	w := &Words{Tag: strings.TrimSuffix(file, ".json")}
	if err := json.Unmarshal(b, &w.entries); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	if w.tag, err = language.Parse(w.Tag); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	w.Name = w.entries["name"].phrase
	w.RTL = RTL(w.Tag)
	// Digits are 0-9 everywhere: the fields of the page take no others.
	plain, err := w.tag.SetTypeForKey("nu", "latn")
	if err != nil {
		return nil, err
	}
	w.printer = message.NewPrinter(plain)
	if w.layout = layouts[w.Tag]; w.layout == "" {
		w.layout = time.DateOnly
	}
	return w, nil
}

// RTL reports whether a language is written from right to left.
func RTL(tag string) bool {
	t, err := language.Parse(tag)
	if err != nil {
		return false
	}
	s, _ := t.Script()
	switch s.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg":
		return true
	}
	return false
}

// Languages lists the languages there are words in, by tag.
func Languages() []string {
	_, tags := load()
	return slices.Clone(tags)
}

// In gives the words for a language: its own, else those of the same base
// language, else English.
func In(lang string) *Words {
	all, tags := load()
	if w, ok := all[lang]; ok {
		return w
	}
	if tag, ok := nearest(lang, tags); ok {
		return all[tag]
	}
	return all["en"]
}

// Say gives a word with its places filled: Say("step", "n", 2, "total", 5).
// Where the word has plural forms, the value of "n" chooses one. A word that
// does not exist is given as its key, so that a mistake is seen.
func (w *Words) Say(key string, fill ...any) string {
	e, known := w.entries[key]
	if !known {
		return key
	}
	phrase := e.phrase
	if e.forms != nil {
		phrase = e.forms[w.form(fill)]
	}
	if len(fill) == 0 {
		return phrase
	}
	pairs := make([]string, 0, len(fill))
	for i := 0; i+1 < len(fill); i += 2 {
		pairs = append(pairs, "{"+fill[i].(string)+"}", w.show(fill[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(phrase)
}

// form gives the plural form that the language has for the value of "n".
func (w *Words) form(fill []any) plural.Form {
	for i := 0; i+1 < len(fill); i += 2 {
		if n, ok := fill[i+1].(int); ok && fill[i] == "n" {
			return plural.Cardinal.MatchPlural(w.tag, n%1_000_000, 0, 0, 0, 0)
		}
	}
	return plural.Other
}

func (w *Words) show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return w.printer.Sprint(number.Decimal(v))
	case float64:
		return w.Number(v)
	case time.Time:
		return w.Date(v)
	case Bytes:
		return w.Size(int(v))
	case interface{ In(lang string) string }: // a text of the survey's author
		return v.In(w.Tag)
	}
	return fmt.Sprint(v)
}

// Bytes is a size among what fills a word.
type Bytes int

// between stands between the members of a list.
var between = map[string]string{"ja": "、", "zh": "、", "ar": "، "}

// List writes several things one after the other, as the language does.
func (w *Words) List(of []string) string {
	if sep, own := between[w.Tag]; own {
		return strings.Join(of, sep)
	}
	return strings.Join(of, ", ")
}

// Date writes a day as the language does.
func (w *Words) Date(t time.Time) string { return t.Format(w.layout) }

// Size writes a number of bytes in whole units.
func (w *Words) Size(bytes int) string {
	switch {
	case bytes >= 1<<20:
		return w.Number(float64(bytes*10/(1<<20))/10) + " MB"
	case bytes >= 1<<10:
		return w.Number(float64(bytes/(1<<10))) + " KB"
	}
	return w.Number(float64(bytes)) + " B"
}
