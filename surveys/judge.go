package surveys

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// Judgement is what Judge finds.
type Judgement struct {
	Wrong []Wrong
	// Path is what was asked after these answers. It may be shared and is not
	// to be changed.
	Path logic.Path
}

// Wrong is one answer that is not taken, or that is missing.
type Wrong struct {
	Question int    // its place; -1 for one that the survey has not
	Pointer  string // below #/answers
	Refusal  *question.Refusal
}

var (
	unknownQuestion = &question.Refusal{Detail: "The survey has no such question.", Word: "err_option"}
	notAsked        = &question.Refusal{Detail: "After these answers this question is not asked; leave its answer out.", Word: "err_option"}
)

// Fields gives what is wrong as faulty places of a document.
func Fields(wrong []Wrong) []fault.Field {
	if len(wrong) == 0 {
		return nil
	}
	out := make([]fault.Field, len(wrong))
	for i, w := range wrong {
		out[i] = fault.Field{Pointer: w.Pointer, Detail: w.Refusal.Detail}
	}
	return out
}

// Judge checks answers and follows them through the survey. complete demands
// what is required; outside gives property.… and contact.…. The answer to a
// question that is not asked is wrong: who lets people go back drops those
// first, with Prune.
func (c *Compiled) Judge(answers *fastjson.Object, outside logic.Env, complete bool) Judgement {
	j := Judgement{Path: c.Walk(answers, outside)}
	shown, required := j.Path.Shown, j.Path.Required
	var few [16]bool
	answered := few[:]
	if len(c.questions) > len(few) {
		answered = make([]bool, len(c.questions))
	}
	answers.Visit(func(key []byte, v *fastjson.Value) {
		i, known := c.index[string(key)]
		if !known {
			j.Wrong = append(j.Wrong, Wrong{-1, "#/answers/" + question.Escape(string(key)), unknownQuestion})
			return
		}
		answered[i] = true
		q := &c.questions[i]
		wrong := q.check(v)
		switch {
		case !shown[i]:
			wrong = notAsked
		case wrong == nil && complete && required[i]:
			wrong = q.demand(v)
		}
		if wrong != nil {
			j.Wrong = append(j.Wrong, Wrong{i, "#/answers/" + q.ID, wrong})
		}
	})
	if !complete {
		return j
	}
	for i := range c.questions {
		if q := &c.questions[i]; required[i] && !answered[i] && q.preset == nil {
			j.Wrong = append(j.Wrong, Wrong{i, "#/answers/" + q.ID, q.demand(nil)})
		}
	}
	return j
}

// Walk follows answers through the survey. A plain one is asked whole, and
// costs nothing. What an answer is worth does not depend on whether it is a
// good one: one that its check refuses may count as none.
func (c *Compiled) Walk(answers *fastjson.Object, outside logic.Env) logic.Path {
	if c.flow.Plain() {
		return c.whole
	}
	return c.flow.Walk(c.values(answers), outside)
}

// values gives answers to expressions.
func (c *Compiled) values(answers *fastjson.Object) logic.Answers {
	return func(i int, part string) logic.Value {
		q := &c.questions[i]
		v := c.answer(answers, i)
		if v == nil {
			return logic.Value{}
		}
		return q.Value(q.Question, v, part)
	}
}

// answer gives the answer to a question, or its default.
func (c *Compiled) answer(answers *fastjson.Object, i int) *fastjson.Value {
	if v := answers.Get(c.questions[i].ID); v != nil {
		return v
	}
	return c.questions[i].preset
}

// Prune leaves away the answers to questions that are not asked, from a JSON
// object that keeps its order and its spelling.
func (c *Compiled) Prune(answers []byte, outside logic.Env) ([]byte, error) {
	if c.flow.Plain() {
		return answers, nil
	}
	v, err := fastjson.ParseBytes(answers)
	if err != nil {
		return nil, err
	}
	o, err := v.Object()
	if err != nil {
		return nil, err
	}
	path := c.Walk(o, outside)
	gone := false
	kept := []byte{'{'}
	d := jsontext.NewDecoder(bytes.NewReader(answers))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		name = name.Clone()
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		id, err := jsontext.AppendUnquote(nil, name)
		if err != nil {
			return nil, err
		}
		if i, known := c.index[string(id)]; known && !path.Shown[i] {
			gone = true
			continue
		}
		kept = append(append(append(append(kept, name...), ':'), value...), ',')
	}
	if !gone {
		return answers, nil
	}
	if kept[len(kept)-1] == ',' {
		kept = kept[:len(kept)-1]
	}
	return append(kept, '}'), nil
}

// WithDefaults adds to checked answers, a JSON object without spaces, what the
// link or the sender of a hidden question left to its default. path is where
// the answers led.
func (c *Compiled) WithDefaults(answers []byte, path *logic.Path) ([]byte, error) {
	if len(c.defaults) == 0 {
		return answers, nil
	}
	v, err := fastjson.ParseBytes(answers)
	if err != nil {
		return nil, err
	}
	for _, p := range c.defaults {
		id := c.questions[p.question].ID
		if v.Exists(id) || !path.Shown[p.question] {
			continue
		}
		answers = answers[:len(answers)-1]
		if len(answers) > 1 {
			answers = append(answers, ',')
		}
		answers = append(append(append(append(answers, '"'), id...), `":`...), p.answer...)
		answers = append(answers, '}')
	}
	return answers, nil
}

// AsksFiles reports whether a question is answered with a file.
func (c *Compiled) AsksFiles() bool { return len(c.files) > 0 }

// Files lists the ids of the files that checked answers name.
func (c *Compiled) Files(answers *fastjson.Object) (ids []string) {
	for _, i := range c.files {
		q := c.questions[i].Question
		ids = append(ids, question.Files(q, answers.Get(q.ID))...)
	}
	return ids
}
