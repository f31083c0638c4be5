package lint

import (
	"fmt"
	"slices"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/question"
)

// maxAsked is how many questions people bear: after a dozen many leave, and
// those who stay answer carelessly.
const maxAsked = 12

// practice gives what good practice says against a definition.
func practice(d *surveys.Definition) []fault.Field {
	var n notes
	n.languages(d)
	n.measures(d)
	for i := range d.Questions {
		n.asked(&d.Questions[i], fmt.Sprintf("#/questions/%d", i))
	}
	n.alike(d)
	n.pipes(d)
	n.ends(d)
	return n
}

// notes collects what good practice says. A refusal names so many places and
// no more; a file is mended whole.
type notes []fault.Field

func (n *notes) add(pointer, format string, args ...any) {
	*n = append(*n, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// measures reports a survey that moves nothing on the map, or is too long.
func (n *notes) measures(d *surveys.Definition) {
	everybody, scores := 0, false
	for i := range d.Questions {
		q := &d.Questions[i]
		t, known := question.Find(q.Type)
		measures := !known // it may have been meant to
		if known {
			_, measures = t.Metric()
		}
		scores = scores || measures
		if q.Type != question.Hidden && q.ShowIf == "" {
			everybody++
		}
	}
	if !scores && len(d.Questions) > 0 {
		n.add("#/questions", "No question measures anything, so the stage gets no score: ask for csat, ces, nps, emotion or a rating.")
	}
	if everybody > maxAsked {
		n.add("#/questions", "%d questions are for everybody, and many people leave after %d: leave some out, or ask them with show_if.", everybody, maxAsked)
	}
}

// asked reports what makes a question hard to answer.
func (n *notes) asked(q *surveys.Question, p string) {
	switch q.Type {
	case question.Hidden:
		if q.Required && question.Preset(q) == "" {
			n.add(p+"/required", "Nobody can fill in a hidden question, so who comes without ?%s=… can never finish: give it a default, or do not require it.", q.ID)
		}
	case "text", "long_text":
		if q.Required && q.Format == "" {
			n.add(p+"/required", "Many people leave where they must write: ask for the text without requiring it.")
		}
	case "choices":
		if q.Required && !q.Other && !slices.ContainsFunc(q.Options, func(o question.Option) bool { return o.Exclusive }) {
			n.add(p+"/required", "Who finds nothing that fits cannot go on: set \"other\": true, or add an exclusive option like \"None of these\".")
		}
	}
	if q.Labels != nil && q.Labels.Low.Empty() != q.Labels.High.Empty() {
		n.add(p+"/labels", "Only one end of the scale is named: name the other too, or leave both to the usual words.")
	}
}

// ends reports thanks that nobody can get.
func (n *notes) ends(d *surveys.Definition) {
	i := slices.IndexFunc(d.Thanks, func(t surveys.Thanks) bool { return t.If == "" })
	if i >= 0 && i+1 < len(d.Thanks) {
		n.add(fmt.Sprintf("#/thanks/%d", i+1), "Nobody gets here, since the one before has no \"if\": put that one last.")
	}
}
