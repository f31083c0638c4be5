package surveys

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/question"
	"waymark/surveys/strict"
)

// Limits of a definition, api.md §1.
const (
	maxQuestions = 100
	maxSegments  = 3
	// maxElements bounds all lists of a definition together: every option of
	// every question, and as much again.
	maxElements = 2 * maxQuestions * question.MaxOptions
	// maxRules bounds each of thanks, calculated and quotas.
	maxRules = 100
)

// layouts are the ways to lay questions out; the first is usual.
var layouts = []string{"steps", "page"}

// Definition is a survey as its author wrote it, api.md §7.
type Definition struct {
	Map        string     `json:"map"`
	Stage      string     `json:"stage"`
	Touchpoint *string    `json:"touchpoint,omitzero"`
	Title      Text       `json:"title,omitzero"`
	Segments   []string   `json:"segments,omitzero"`
	Layout     string     `json:"layout,omitzero"`
	Questions  []Question `json:"questions"`

	Thanks     []Thanks     `json:"thanks,omitzero"`
	Calculated []Calculated `json:"calculated,omitzero"`
	Quotas     []Quota      `json:"quotas,omitzero"`

	// Incentive is a Text. Versions that were published before that was checked
	// may hold anything: whoever reads a version does not read it.
	Incentive jsontext.Value `json:"incentive,omitzero"`

	// Kept in drafts; publishing refuses it until what acts on it is built.
	Invite jsontext.Value `json:"invite,omitzero"`
}

// Text and Question are package question's, under the name that readers of a
// definition look for.
type (
	Text     = question.Text
	Question = question.Question
)

var questionID = regexp.MustCompile(question.IDForm)

// ParseDefinition reads a definition and checks what even a draft must hold:
// known keys, limits, ids that are unique.
func ParseDefinition(doc []byte) (*Definition, error) {
	var l fault.List
	d, err := read(doc, &l)
	if err == nil {
		err = l.Err(fault.Invalid)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// read reads a definition and adds to l what the rules refuse in a draft. The
// error is of what cannot be read, or is too much to look at.
func read(doc []byte, l *fault.List) (*Definition, error) {
	if err := strict.AtMost(doc, maxElements); err != nil {
		return nil, err
	}
	var d Definition
	if err := strict.Decode(doc, &d); err != nil {
		return nil, err
	}
	var malformed fault.List
	if d.Map == "" {
		l.Add("#/map", "Name the map whose stage this survey asks about.")
	}
	if d.Stage == "" {
		l.Add("#/stage", "Name the stage that this survey asks about.")
	}
	if d.Touchpoint != nil && *d.Touchpoint == "" {
		l.Add("#/touchpoint", "Name a touchpoint of the stage, or leave it out.")
	}
	d.Title.Check(l, "#/title")
	if d.Layout != "" && !slices.Contains(layouts, d.Layout) {
		l.Add("#/layout", "Must be \"steps\" or \"page\".")
	}
	d.checkSegments(l)
	if len(d.Questions) > maxQuestions {
		return nil, fault.At(fault.Invalid, "#/questions", "At most %d questions.", maxQuestions)
	}
	seen := make(map[string]bool, len(d.Questions))
	for i := range d.Questions {
		q, p := &d.Questions[i], fmt.Sprintf("#/questions/%d", i)
		if !questionID.MatchString(q.ID) {
			l.Add(p+"/id", "1 to 64 of a-z 0-9 _, beginning with a letter.")
		}
		if seen[q.ID] {
			l.Add(p+"/id", "%q stands here twice.", q.ID)
		}
		seen[q.ID] = true
		question.CheckDraft(q, &malformed, l, p)
	}
	d.checkRules(l)
	d.checkIncentive(&malformed, l)
	if err := malformed.Err(fault.Malformed); err != nil {
		return nil, err
	}
	return &d, nil
}

func (d *Definition) checkSegments(l *fault.List) {
	if len(d.Segments) > maxSegments {
		l.Add("#/segments", "At most %d properties.", maxSegments)
		return
	}
	for i, s := range d.Segments {
		p := fmt.Sprintf("#/segments/%d", i)
		if !ident.Chosen(s) {
			l.Add(p, "The name of a property: 1 to 64 of A-Z a-z 0-9 _ -.")
		}
		if slices.Index(d.Segments, s) < i {
			l.Add(p, "%q stands here twice.", s)
		}
	}
}

func (d *Definition) binding() Binding {
	b := Binding{Map: d.Map, Stage: d.Stage}
	if d.Touchpoint != nil {
		b.Touchpoint = *d.Touchpoint
	}
	return b
}
