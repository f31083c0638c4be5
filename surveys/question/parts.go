package question

import (
	"fmt"
	"strings"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// Part is a row or a column of a matrix.
type Part struct {
	ID    string `json:"id"`
	Title Text   `json:"title,omitzero"`
}

func partsKey(name, text string, most int) openapi.Key {
	return openapi.May(name, openapi.List(openapi.Ref("Part")).Sized(0, MaxOptions), fmt.Sprintf("%s; 1 to %d when published.", text, most))
}

// listDraft reports what even a draft's list of things with an id must not hold.
func listDraft(l *fault.List, pointer string, n int, at func(i int) (id string, title Text)) {
	if n > MaxOptions {
		l.Add(pointer, "At most %d of them.", MaxOptions)
	}
	seen := make(map[string]bool, n)
	for i := range n {
		p := fmt.Sprintf("%s/%d", pointer, i)
		id, title := at(i)
		if !ident.Chosen(id) {
			l.Add(p+"/id", "1 to 64 of A-Z a-z 0-9 _ -.")
		}
		if seen[id] {
			l.Add(p+"/id", "%q stands here twice.", id)
		}
		seen[id] = true
		title.Check(l, p+"/title")
	}
}

func partsDraft(l *fault.List, pointer string, parts []Part) {
	listDraft(l, pointer, len(parts), func(i int) (string, Text) { return parts[i].ID, parts[i].Title })
}

func partsReady(l *fault.List, pointer string, parts []Part, most int) {
	if len(parts) == 0 || len(parts) > most {
		l.Add(pointer, "Name 1 to %d of them.", most)
	}
	for i := range parts {
		parts[i].Title.Ready(l, fmt.Sprintf("%s/%d/title", pointer, i))
	}
}

// partChoices lists parts as things to choose.
func partChoices(parts []Part) []Choice {
	out := make([]Choice, 0, len(parts))
	for _, p := range parts {
		out = append(out, Choice{Value: p.ID, Label: Label{Text: p.Title}})
	}
	return out
}

// among makes the check of one thing that must be one of the choices, named by
// its value. It gives its place.
func among(choices []Choice) func(v *fastjson.Value) (place int, wrong *Refusal) {
	places := make(map[string]int, len(choices))
	for i, c := range choices {
		places[c.Value] = i
	}
	unknown := refuse("There is no such option.", "err_option")
	none := refuse("An option's id is needed.", "err_option")
	return func(v *fastjson.Value) (int, *Refusal) {
		if v.Type() != fastjson.TypeString {
			return 0, none
		}
		if i, known := places[string(v.GetStringBytes())]; known {
			return i, nil
		}
		return 0, unknown
	}
}

// single is the check of an answer that is one of the choices.
func single(choices []Choice) Check {
	check := among(choices)
	return func(v *fastjson.Value) *Refusal {
		_, wrong := check(v)
		return wrong
	}
}

// ids gives the texts of a list.
func ids(answer *fastjson.Value) []string {
	var out []string
	for _, e := range members(answer) {
		if s, ok := str(e); ok {
			out = append(out, s)
		}
	}
	return out
}

func values(choices []Choice) []string {
	out := make([]string, 0, len(choices))
	for _, c := range choices {
		out = append(out, c.Value)
	}
	return out
}

// titles gives how those of the choices read that are named; others are left out.
func titles(choices []Choice, chosen []string, lang string, w *words.Words) []string {
	var out []string
	for _, id := range chosen {
		for _, c := range choices {
			if c.Value == id {
				out = append(out, c.Label.In(lang, w))
			}
		}
	}
	return out
}

// readAll reads the boxes that were ticked, or the options chosen, as a list.
func readAll(f Form, name string) []byte {
	var list [][]byte
	for _, id := range f.All(name) {
		if id != "" {
			list = append(list, quote(id))
		}
	}
	return listOf(list)
}

// find gives the value of the choice that a cell of a table names: by its value,
// or by its label in any language. What is none stays as it is, for the check to
// refuse.
func find(choices []Choice, cell string) string {
	s := strings.TrimSpace(cell)
	for _, c := range choices {
		if c.Value == s {
			return s
		}
	}
	for _, c := range choices {
		if c.Label.has(s) {
			return c.Value
		}
	}
	return s
}

// has reports whether s is what the label says in any language, letter case aside.
func (l Label) has(s string) bool {
	if !l.Text.Empty() || l.Say.Word == "" {
		return l.Text.Has(s)
	}
	for _, lang := range words.Languages() {
		if strings.EqualFold(l.Say.In(words.In(lang)), s) {
			return true
		}
	}
	return false
}
