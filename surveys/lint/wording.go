package lint

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"waymark/surveys"
	"waymark/surveys/question"
	"waymark/surveys/words"
)

// languages reports texts that people would read in another language than the
// survey's, and languages in which the page itself has no words.
func (n *notes) languages(d *surveys.Definition) {
	offered := d.Title.Tags()
	var unoffered []string
	d.Texts(func(pointer string, _ int, t surveys.Text) {
		if t.Empty() || pointer == "#/title" {
			return
		}
		for _, tag := range t.Tags() {
			if _, in := d.Title.Exactly(tag); (!in || len(offered) == 0) && !slices.Contains(unoffered, tag) {
				unoffered = append(unoffered, tag)
			}
		}
		if t.Languages == nil {
			if len(offered) > 1 {
				n.add(pointer, "This is in one language only, and the title is in %s: write it in each of them.", and(offered))
			}
			return
		}
		missing := slices.DeleteFunc(slices.Clone(offered), func(tag string) bool {
			_, in := t.Exactly(tag)
			return in
		})
		if len(missing) > 0 {
			n.add(pointer, "Missing in %s: people who chose that read this in another language.", and(missing))
		}
	})
	if len(unoffered) > 0 {
		n.add("#/title", "A survey is offered in the languages of its title, and other texts are in %s too: write the title in that, or leave it out of the texts.", and(unoffered))
	}
	for _, tag := range offered {
		if !spoken(tag) {
			n.add("#/title/"+question.Escape(tag), "The page has no words of its own in %s yet: its buttons and messages come in English.", tag)
		}
	}
}

// spoken reports whether the page's own words are there in a language.
func spoken(tag string) bool {
	base := func(tag string) string {
		b, _, _ := strings.Cut(tag, "-")
		return strings.ToLower(b)
	}
	return slices.ContainsFunc(words.Languages(), func(w string) bool { return base(w) == base(tag) })
}

func and(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}

// member is the title of one of several things: a question, an option, a row.
var member = regexp.MustCompile(`^(.*)/\d+/title$`)

// alike reports things in one list that nobody can tell apart in some
// language. Of questions that are asked on a condition one may stand for another.
func (n *notes) alike(d *surveys.Definition) {
	first := map[[3]string]string{} // list, language and text → pointer
	d.Texts(func(pointer string, at int, t surveys.Text) {
		m := member.FindStringSubmatch(pointer)
		if m == nil || t.Empty() {
			return
		}
		list := m[1]
		if list == "#/questions" && d.Questions[at].ShowIf != "" {
			return
		}
		for _, tag := range append(t.Tags(), "") {
			s, place := t.Plain, pointer
			if tag != "" {
				s, place = t.Languages[tag], pointer+"/"+question.Escape(tag)
			}
			key := [3]string{list, tag, norm.NFC.String(strings.ToLower(strings.Join(strings.Fields(s), " ")))}
			switch other, twice := first[key]; {
			case key[2] == "":
			case twice:
				n.add(place, "This reads like %s: nobody can tell the two apart.", other)
				return // once is enough for all languages
			default:
				first[key] = place
			}
		}
	})
}
