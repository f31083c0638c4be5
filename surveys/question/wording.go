package question

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/language"

	"waymark/surveys/fault"
)

// MaxText is the length of a text in characters, api.md §1.
const MaxText = 10_000

// maxLanguages bounds the languages of one text.
const maxLanguages = 100

// Text is what people read: one string in the workspace's language, or one
// for each language tag.
type Text struct {
	Plain     string
	Languages map[string]string // BCP 47 tag → text; nil when Plain
	tags      []string          // in the order in which they were sent
}

// UnmarshalJSONFrom reads a string or an object of strings.
func (t *Text) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*t = Text{}
	switch d.PeekKind() {
	case '"':
		return json.UnmarshalDecode(d, &t.Plain)
	case '{':
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		t.Languages = map[string]string{}
		for d.PeekKind() != '}' {
			var tag, s string
			if err := json.UnmarshalDecode(d, &tag); err != nil {
				return err
			}
			if d.PeekKind() != '"' {
				return wrongText(d)
			}
			if err := json.UnmarshalDecode(d, &s); err != nil {
				return err
			}
			t.Languages[tag] = s
			t.tags = append(t.tags, tag)
		}
		_, err := d.ReadToken()
		return err
	}
	return wrongText(d)
}

func wrongText(d *jsontext.Decoder) error {
	if err := d.SkipValue(); err != nil {
		return err
	}
	return fault.New(fault.Malformed, "malformed", "A text or an object from language to text is needed here.")
}

// MarshalJSONTo writes the text as it was read.
func (t Text) MarshalJSONTo(e *jsontext.Encoder) error {
	if t.Languages == nil {
		return json.MarshalEncode(e, t.Plain)
	}
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, tag := range t.Tags() {
		if err := e.WriteToken(jsontext.String(tag)); err != nil {
			return err
		}
		if err := e.WriteToken(jsontext.String(t.Languages[tag])); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

// Empty reports whether no text was sent.
func (t Text) Empty() bool { return t.Plain == "" && len(t.Languages) == 0 }

// Tags lists the language tags in the order in which they were sent.
func (t Text) Tags() []string {
	if len(t.tags) == len(t.Languages) {
		return t.tags
	}
	tags := make([]string, 0, len(t.Languages))
	for tag := range t.Languages {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags
}

// Exactly gives the text in that language and no other; a plain text is in
// every language.
func (t Text) Exactly(lang string) (string, bool) {
	if t.Languages == nil {
		return t.Plain, t.Plain != ""
	}
	if s, ok := t.Languages[lang]; ok {
		return s, true
	}
	for _, tag := range t.Tags() {
		if strings.EqualFold(tag, lang) { // tags ignore case, RFC 5646 §2.1.1
			return t.Languages[tag], true
		}
	}
	return "", false
}

// In gives the text in the wanted language: exactly, else of the same base
// language, else the first that was sent.
func (t Text) In(lang string) string {
	if s, ok := t.Exactly(lang); ok {
		return s
	}
	base, _, _ := strings.Cut(lang, "-")
	for _, tag := range t.Tags() {
		if b, _, _ := strings.Cut(tag, "-"); strings.EqualFold(b, base) {
			return t.Languages[tag]
		}
	}
	if tags := t.Tags(); len(tags) > 0 {
		return t.Languages[tags[0]]
	}
	return t.Plain
}

// Pick gives the text in the wanted language, as In does, and the language that
// it is in; before any other it falls back to the one given. A plain text is in
// that.
func (t Text) Pick(lang, fallback string) (text, tag string) {
	if t.Languages == nil {
		return t.Plain, fallback
	}
	for _, want := range []string{lang, fallback} {
		if s, ok := t.Exactly(want); ok {
			return s, want
		}
		base, _, _ := strings.Cut(want, "-")
		for _, tag := range t.Tags() {
			if b, _, _ := strings.Cut(tag, "-"); strings.EqualFold(b, base) {
				return t.Languages[tag], tag
			}
		}
	}
	if tags := t.Tags(); len(tags) > 0 {
		return t.Languages[tags[0]], tags[0]
	}
	return "", ""
}

// Check reports what even a draft must not hold: a language tag that is none
// and a text that is too long.
func (t Text) Check(l *fault.List, pointer string) {
	one := func(p, s string) {
		if len(s) > MaxText && utf8.RuneCountInString(s) > MaxText {
			l.Add(p, "At most %d characters.", MaxText)
		}
	}
	one(pointer, t.Plain)
	if len(t.Languages) > maxLanguages {
		l.Add(pointer, "At most %d languages.", maxLanguages)
		return
	}
	for _, tag := range t.Tags() {
		p := pointer + "/" + Escape(tag)
		if _, err := language.Parse(tag); err != nil {
			l.Add(p, "This is not a language tag; write it like en or pt-BR.")
		}
		one(p, t.Languages[tag])
	}
}

// Ready reports a text that is missing, in any of its languages. Whether what
// is named in it ({{name}}) may stand there is for package surveys to say.
func (t Text) Ready(l *fault.List, pointer string) {
	one := func(p, s string) {
		switch {
		case strings.TrimSpace(s) == "":
			l.Add(p, "A text is needed here.")
		case strings.ContainsFunc(s, control):
			l.Add(p, "The text has a control character; leave it out.")
		}
	}
	if len(t.Languages) == 0 {
		one(pointer, t.Plain)
		return
	}
	for _, tag := range t.Tags() {
		one(pointer+"/"+Escape(tag), t.Languages[tag])
	}
}

// control finds the characters that XML 1.0, and so the drawn map, cannot hold,
// and other controls that no text needs.
func control(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff
}

// Escape writes a name as a part of a JSON pointer, RFC 6901 §3.
func Escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// Has reports whether s is the text in any language, letter case aside.
func (t Text) Has(s string) bool {
	if t.Plain != "" && strings.EqualFold(t.Plain, s) {
		return true
	}
	for _, l := range t.Languages {
		if strings.EqualFold(l, s) {
			return true
		}
	}
	return false
}
