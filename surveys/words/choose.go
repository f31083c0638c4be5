package words

import (
	"strings"

	"golang.org/x/text/language"
)

// Wish is what is known of a visitor's language, api.md §8.
type Wish struct {
	Asked     string // ?lang= or the chooser
	Link      string
	Contact   string
	Accept    string // the Accept-Language header
	Workspace string
}

// Choose gives the language among offered (never empty) that the visitor
// should see: the first wish that finds one, else the first that is offered.
func Choose(offered []string, w Wish) string {
	for _, lang := range []string{w.Asked, w.Link, w.Contact} {
		if tag, ok := nearest(lang, offered); ok {
			return tag
		}
	}
	if tag, ok := accepted(w.Accept, offered); ok {
		return tag
	}
	if tag, ok := nearest(w.Workspace, offered); ok {
		return tag
	}
	return offered[0]
}

// accepted goes through an Accept-Language header by its weights; q=0 means never.
func accepted(header string, offered []string) (string, bool) {
	if len(header) > 1000 {
		return "", false
	}
	tags, q, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "", false
	}
	for i, t := range tags { // sorted by weight
		if q[i] <= 0 {
			continue
		}
		if tag, ok := nearest(t.String(), offered); ok {
			return tag, true
		}
	}
	return "", false
}

// nearest finds the offered language for a wanted one: the same, else one of
// which it is a part or that is a part of it (pt-BR and pt), else one of the
// same base (pt-PT finds pt-BR). Letter case does not matter.
func nearest(want string, offered []string) (string, bool) {
	if want == "" {
		return "", false
	}
	for _, tag := range offered {
		if strings.EqualFold(tag, want) {
			return tag, true
		}
	}
	for _, tag := range offered {
		if part(tag, want) || part(want, tag) {
			return tag, true
		}
	}
	for _, tag := range offered {
		if strings.EqualFold(base(tag), base(want)) {
			return tag, true
		}
	}
	return "", false
}

// part reports whether short is a prefix of long that ends at a hyphen.
func part(short, long string) bool {
	return len(long) > len(short) && long[len(short)] == '-' && strings.EqualFold(long[:len(short)], short)
}

func base(tag string) string {
	b, _, _ := strings.Cut(tag, "-")
	return b
}
