package page

import (
	"slices"
	"strings"
	"sync"

	"waymark/surveys/words"
)

// markup is HTML that stands in this package's source. A string that comes from
// elsewhere is none: the compiler keeps it out of raw.
type markup string

// pen writes a document.
type pen struct {
	b     []byte
	words *words.Words
	rtl   bool
	lang  string // of the words, where it is not the page's
	apart markup // begins a text of a user in the page's language
}

// sheets are documents that were sent: most of what a page costs to draw is the
// room to draw it in.
var sheets = sync.Pool{New: func() any { return new([]byte) }}

// done gives a document back that nobody reads any more.
func done(b []byte) {
	b = b[:0]
	sheets.Put(&b)
}

func newPen(size int, w *words.Words, lang string) *pen {
	b := *sheets.Get().(*[]byte)
	p := &pen{b: slices.Grow(b, size), words: w, rtl: w.RTL, apart: `<bdi dir="ltr">`}
	if !sameBase(lang, w.Tag) { // there is no catalogue in the page's language
		p.lang, p.rtl = w.Tag, words.RTL(lang)
	}
	if p.rtl {
		p.apart = `<bdi dir="rtl">`
	}
	return p
}

func sameBase(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	return strings.EqualFold(a, b)
}

func (p *pen) raw(m markup) { p.b = append(p.b, m...) }

// word writes a word of the catalogue.
func (p *pen) word(key string, fill ...any) {
	text := p.words.Say(key, fill...)
	if p.lang != "" {
		p.own(text, p.lang)
		return
	}
	p.text(text)
}

// attr writes an attribute.
func (p *pen) attr(name markup, value string) {
	p.b = append(append(append(p.b, ' '), name...), '=', '"')
	p.text(value)
	p.b = append(p.b, '"')
}

// flag writes an attribute that is there or not.
func (p *pen) flag(name markup, on bool) {
	if on {
		p.b = append(append(p.b, ' '), name...)
	}
}

// own writes a text of a user, apart from the direction of what stands around
// it, attack 20. lang is its language where that is not the page's.
func (p *pen) own(text, lang string) {
	switch {
	case lang == "":
		p.raw(p.apart)
	case words.RTL(lang):
		p.raw(`<bdi dir="rtl"`)
	default:
		p.raw(`<bdi dir="ltr"`)
	}
	if lang != "" {
		p.attr("lang", lang)
		p.raw(">")
	}
	p.text(text)
	p.raw("</bdi>")
}

// text writes a text as data.
func (p *pen) text(s string) {
	from := 0
	for i := 0; i < len(s); i++ {
		var as string
		switch s[i] {
		case '&':
			as = "&amp;"
		case '<':
			as = "&lt;"
		case '>':
			as = "&gt;"
		case '"':
			as = "&#34;"
		case '\'':
			as = "&#39;"
		case 0:
			as = "\uFFFD"
		default:
			continue
		}
		p.b = append(append(p.b, s[from:i]...), as...)
		from = i + 1
	}
	p.b = append(p.b, s[from:]...)
}

// plain is a text where no element can keep it apart: without the characters
// that turn the direction of a text.
func plain(s string) string {
	turns := func(r rune) bool {
		return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C
	}
	for _, r := range s {
		if turns(r) {
			out := make([]rune, 0, len(s))
			for _, r := range s {
				if !turns(r) {
					out = append(out, r)
				}
			}
			return string(out)
		}
	}
	return s
}
