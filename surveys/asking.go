package surveys

import (
	"context"
	"slices"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/question"
)

// What a page asks of a version, besides checking answers.

// Groups gives the questions that are asked together, by their places, in their
// order. It is shared and not to be changed.
func (c *Compiled) Groups() [][]int { return c.groups }

// groups cuts a survey into what is asked together. Neighbours of one page
// number are; without numbers, layout steps asks one by one and layout page
// all at once. Hidden questions are never asked.
func (d *Definition) groups() [][]int {
	var out [][]int
	last := -1 // the page of the group that is open
	for i := range d.Questions {
		q := &d.Questions[i]
		if q.Type == question.Hidden {
			continue
		}
		joins := q.Page == last && (q.Page != 0 || d.Layout == "page")
		if !joins || len(out) == 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], i)
		last = q.Page
	}
	return out
}

// Question gives question i and its type.
func (c *Compiled) Question(i int) (*question.Question, question.Type) {
	return c.questions[i].Question, c.questions[i].Type
}

// Control gives what question i is answered with; it is shared, and not to be
// changed.
func (c *Compiled) Control(i int) *question.Control { return &c.questions[i].control }

// Place gives where a question stands; false for an id that there is not.
func (c *Compiled) Place(id string) (int, bool) {
	i, known := c.index[id]
	return i, known
}

// Refusal tells what is wrong with the answer (JSON) to question i; nil for a
// good one. Whether it is asked and required is for Judge.
func (c *Compiled) Refusal(i int, answer []byte) *question.Refusal {
	v, err := fastjson.ParseBytes(answer)
	if err != nil {
		return notAsked
	}
	return c.questions[i].check(v)
}

// Missing tells what a required question i lacks where that is its answer
// (JSON; nil for none).
func (c *Compiled) Missing(i int, answer []byte) *question.Refusal {
	q := &c.questions[i]
	if answer == nil {
		if q.preset != nil {
			return nil
		}
		return q.demand(nil)
	}
	v, err := fastjson.ParseBytes(answer)
	if err != nil {
		return notAsked
	}
	return q.demand(v)
}

// Default gives what question i is answered with (JSON) where it has no answer;
// nil for nothing.
func (c *Compiled) Default(i int) []byte {
	for _, p := range c.defaults {
		if p.question == i {
			return p.answer
		}
	}
	return nil
}

// Depends reports whether the answer to one of others may decide whether
// question i is shown or required.
func (c *Compiled) Depends(i int, others []int) bool {
	return c.needs != nil && slices.ContainsFunc(others, func(j int) bool { return c.needs[i][j] })
}

// Images lists the pictures that its questions show.
func (c *Compiled) Images() []string { return c.images }

// Newest compiles the newest definition of a survey, published or not, to be
// looked at. One that could not be published is Conflict, with what prevents it.
func (s *Service) Newest(ctx context.Context, ws ident.Workspace, id string) (*Compiled, error) {
	r, err := s.Store.Get(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	if r.Draft == nil {
		return s.Compiled(ctx, ws, id, r.Current.Number)
	}
	hosts, err := s.hosts(ctx, ws)
	if err != nil {
		return nil, err
	}
	d, err := Publishable(r.Draft, Among(hosts))
	if err != nil {
		return nil, fault.Wrap(err, fault.Conflict, "survey-unready", "The draft cannot be published as it is, and so cannot be shown.")
	}
	return Compile(Version{Survey: id, Number: r.Version, Document: r.Draft, Binding: d.binding(), Segments: d.Segments})
}
