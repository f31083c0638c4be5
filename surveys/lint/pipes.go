package lint

import (
	"fmt"
	"slices"
	"strings"

	"waymark/surveys"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// pipes reports places in texts ({{name}}) that would be empty for some
// people, and what looks like such a place and is none.
func (n *notes) pipes(d *surveys.Definition) {
	d.Texts(func(pointer string, asked int, t surveys.Text) {
		condition := named(conditionOf(d, pointer, asked))
		if t.Languages == nil {
			n.pipesIn(d, condition, pointer, t.Plain)
		}
		for _, tag := range t.Tags() {
			n.pipesIn(d, condition, pointer+"/"+question.Escape(tag), t.Languages[tag])
		}
	})
}

func (n *notes) pipesIn(d *surveys.Definition, condition []string, pointer, text string) {
	pieces, err := logic.Pieces(text)
	if err != nil {
		return // publishing says so
	}
	for _, p := range pieces {
		switch {
		case p.Name == "":
			if strings.Contains(p.Literal, "{{") && strings.Contains(p.Literal, "}}") {
				n.add(pointer, "People see these brackets as they are: only {{name}} and {{name|otherwise}}, without blanks, are filled.")
			}
		case p.Otherwise == "" && !slices.Contains(condition, p.Name) && !certain(d, p.Name):
			n.add(pointer, "Where %s is not known there is a gap: write {{%s|…}} with what to say then.", p.Name, p.Name)
		}
	}
}

// conditionOf gives the expression on which a text is shown.
func conditionOf(d *surveys.Definition, pointer string, asked int) string {
	var i int
	switch {
	case strings.HasPrefix(pointer, "#/questions/"):
		return d.Questions[asked].ShowIf
	case strings.HasPrefix(pointer, "#/thanks/"):
		if _, err := fmt.Sscanf(pointer, "#/thanks/%d/", &i); err == nil {
			return d.Thanks[i].If
		}
	}
	return ""
}

// named lists the names in a condition. What it names it has looked at, so it
// is hardly ever true where that is not known.
func named(condition string) []string {
	if n, err := logic.Parse(condition); err == nil {
		return n.Names()
	}
	return nil
}

// certain reports whether a name has a value in every answer.
func certain(d *surveys.Definition, name string) bool {
	first, _, _ := strings.Cut(name, ".")
	jumps := false
	for i := range d.Questions {
		q := &d.Questions[i]
		if q.ID == first {
			return q.ShowIf == "" && !jumps && (q.Required || question.Preset(q) != "")
		}
		jumps = jumps || len(q.Jump) > 0
	}
	return false
}
