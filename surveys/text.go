package surveys

import (
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/language"

	"waymark/surveys/fault"
)

// Text is what people read: one string in the workspace's language, or one
// for each language tag.
type Text struct {
	Plain     string
	Languages map[string]string // BCP 47 tag → text; nil when Plain
}

// UnmarshalJSONFrom reads a string or an object of strings.
func (t *Text) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*t = Text{}
	switch d.PeekKind() {
	case '"':
		return json.UnmarshalDecode(d, &t.Plain)
	case '{':
		return json.UnmarshalDecode(d, &t.Languages)
	}
	if err := d.SkipValue(); err != nil {
		return err
	}
	return fault.New(fault.Malformed, "malformed", "A text or an object from language to text is needed here.")
}

// Empty reports whether there is nothing to read.
func (t Text) Empty() bool { return t.Plain == "" && len(t.Languages) == 0 }

// In gives the text in the wanted language: exactly, else of the same base
// language, else the first tag in order.
func (t Text) In(lang string) string {
	if t.Languages == nil {
		return t.Plain
	}
	if s, ok := t.Languages[lang]; ok {
		return s
	}
	base, _, _ := strings.Cut(lang, "-")
	tags := t.Tags()
	for _, tag := range tags {
		if b, _, _ := strings.Cut(tag, "-"); strings.EqualFold(b, base) {
			return t.Languages[tag]
		}
	}
	if len(tags) > 0 {
		return t.Languages[tags[0]]
	}
	return ""
}

// Tags lists the language tags in order.
func (t Text) Tags() []string {
	tags := make([]string, 0, len(t.Languages))
	for tag := range t.Languages {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	return tags
}

const maxText = 10_000

func (t Text) check(l *fault.List, pointer string) {
	one := func(p, s string) {
		if len([]rune(s)) > maxText {
			l.Add(p, "At most %d characters.", maxText)
		}
	}
	one(pointer, t.Plain)
	for _, tag := range t.Tags() {
		if _, err := language.Parse(tag); err != nil {
			l.Add(pointer, "%q is not a language tag; write it like en or pt-BR.", tag)
		}
		one(pointer+"/"+tag, t.Languages[tag])
	}
}
