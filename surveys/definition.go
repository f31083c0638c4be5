package surveys

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/strict"
)

// Limits of a definition, api.md §1.
const (
	maxQuestions = 100
	maxOptions   = 500
	maxSegments  = 3
)

// Definition is a survey as its author wrote it, api.md §7.
type Definition struct {
	Map        string     `json:"map"`
	Stage      string     `json:"stage"`
	Touchpoint *string    `json:"touchpoint,omitzero"`
	Title      Text       `json:"title"`
	Segments   []string   `json:"segments,omitzero"`
	Layout     string     `json:"layout,omitzero"`
	Questions  []Question `json:"questions"`

	// Kept in drafts; publishing refuses them until what acts on them is built.
	Incentive  jsontext.Value `json:"incentive,omitzero"`
	Thanks     jsontext.Value `json:"thanks,omitzero"`
	Calculated jsontext.Value `json:"calculated,omitzero"`
	Quotas     jsontext.Value `json:"quotas,omitzero"`
	Invite     jsontext.Value `json:"invite,omitzero"`
}

// Question is one question of a definition. Which keys a type takes is the
// type's business.
type Question struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Title    Text   `json:"title"`
	Help     Text   `json:"help,omitzero"`
	Required bool   `json:"required,omitzero"`
	Page     int    `json:"page,omitzero"`

	ShowIf     string         `json:"show_if,omitzero"`
	RequiredIf string         `json:"required_if,omitzero"`
	Jump       jsontext.Value `json:"jump,omitzero"`

	Labels    *Labels        `json:"labels,omitzero"`
	Shape     string         `json:"shape,omitzero"`
	Options   []Option       `json:"options,omitzero"`
	Other     bool           `json:"other,omitzero"`
	Random    bool           `json:"random,omitzero"`
	Min       jsontext.Value `json:"min,omitzero"`
	Max       jsontext.Value `json:"max,omitzero"`
	Step      *float64       `json:"step,omitzero"`
	Unit      string         `json:"unit,omitzero"`
	MinLength *int           `json:"min_length,omitzero"`
	MaxLength *int           `json:"max_length,omitzero"`
	Format    string         `json:"format,omitzero"`
	Default   *string        `json:"default,omitzero"`
}

// Labels name the ends of a scale.
type Labels struct {
	Low  Text `json:"low,omitzero"`
	High Text `json:"high,omitzero"`
}

// Option is one thing to choose.
type Option struct {
	ID        string `json:"id"`
	Title     Text   `json:"title"`
	Exclusive bool   `json:"exclusive,omitzero"`
}

var questionID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// ParseDefinition reads a definition and checks what even a draft must hold:
// known keys, limits, ids that are unique.
func ParseDefinition(doc []byte) (*Definition, error) {
	var d Definition
	if err := strict.Decode(doc, &d); err != nil {
		return nil, err
	}
	var l fault.List
	if d.Map == "" {
		l.Add("#/map", "Name the map whose stage this survey asks about.")
	}
	if d.Stage == "" {
		l.Add("#/stage", "Name the stage that this survey asks about.")
	}
	d.Title.check(&l, "#/title")
	if d.Layout != "" && d.Layout != "steps" && d.Layout != "page" {
		l.Add("#/layout", "Must be \"steps\" or \"page\".")
	}
	if len(d.Segments) > maxSegments {
		l.Add("#/segments", "At most %d properties.", maxSegments)
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
	if len(d.Questions) > maxQuestions {
		l.Add("#/questions", "At most %d questions.", maxQuestions)
	}
	seen := map[string]bool{}
	for i := range d.Questions {
		q, p := &d.Questions[i], fmt.Sprintf("#/questions/%d", i)
		if !questionID.MatchString(q.ID) {
			l.Add(p+"/id", "1 to 64 of a-z 0-9 _, beginning with a letter.")
		}
		if seen[q.ID] {
			l.Add(p+"/id", "%q stands here twice.", q.ID)
		}
		seen[q.ID] = true
		q.Title.check(&l, p+"/title")
		q.Help.check(&l, p+"/help")
		if q.Page < 0 || q.Page > maxQuestions {
			l.Add(p+"/page", "A page from 1 to %d.", maxQuestions)
		}
		if len(q.Options) > maxOptions {
			l.Add(p+"/options", "At most %d options.", maxOptions)
		}
		ids := map[string]bool{}
		for j, o := range q.Options {
			op := fmt.Sprintf("%s/options/%d", p, j)
			if !ident.Chosen(o.ID) {
				l.Add(op+"/id", "1 to 64 of A-Z a-z 0-9 _ -.")
			}
			if ids[o.ID] {
				l.Add(op+"/id", "%q stands here twice.", o.ID)
			}
			ids[o.ID] = true
			o.Title.check(&l, op+"/title")
		}
		t, known := types[q.Type]
		if !known {
			l.Add(p+"/type", "%q is not a question type of this version.", q.Type)
			continue
		}
		t.keys(q, &l, p)
	}
	if err := l.Err(fault.Invalid); err != nil {
		return nil, err
	}
	return &d, nil
}

func (d *Definition) binding() Binding {
	b := Binding{Map: d.Map, Stage: d.Stage}
	if d.Touchpoint != nil {
		b.Touchpoint = *d.Touchpoint
	}
	return b
}
