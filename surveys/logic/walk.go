package logic

import "strings"

// Answers gives the value of an answer, or of a part of it; null where it was
// not answered. question counts from 0.
type Answers func(question int, part string) Value

// Path is a way through a survey.
type Path struct {
	Shown      []bool // by question
	Required   []bool
	Calculated []Calculated // those that are not null, in their order
}

// Calculated is a calculated value.
type Calculated struct {
	ID    string
	Value Value
}

// Plain reports whether every question is always shown, and required only
// where it says so itself: then Walk tells nothing new.
func (f *Flow) Plain() bool { return f.plain }

// Walk follows the answers through the survey, from the first question on.
// The answer to a question that is not shown is as if it were not there.
// outside gives property.… and contact.….
func (f *Flow) Walk(answers Answers, outside Env) Path {
	p := Path{Shown: make([]bool, len(f.steps)), Required: make([]bool, len(f.steps))}
	env := f.env(&p, answers, outside)
	next := 0 // where the last jump went
	for i, s := range f.steps {
		if i < next || s.show != nil && !s.show.Eval(env).IsTrue() {
			continue
		}
		p.Required[i] = s.required || s.requiredIf != nil && s.requiredIf.Eval(env).IsTrue()
		p.Shown[i] = true
		for _, j := range s.jumps {
			if j.when.Eval(env).IsTrue() {
				next = j.to
				break
			}
		}
	}
	for _, v := range f.values {
		if got := env("calc." + v.id); !got.IsNull() {
			p.Calculated = append(p.Calculated, Calculated{v.id, got})
		}
	}
	return p
}

// Env gives the names of a text or condition that stands behind the path.
func (f *Flow) Env(p *Path, answers Answers, outside Env) Env { return f.env(p, answers, outside) }

func (f *Flow) env(p *Path, answers Answers, outside Env) Env {
	// A value is asked for only where all that it needs is decided already, so
	// what it gave once stays; without this, values made of values would cost
	// twice as much with each.
	known := map[string]Value{}
	var env Env
	env = func(name string) Value {
		first, rest, dotted := strings.Cut(name, ".")
		if dotted && (first == "property" || first == "contact") {
			return outside(name)
		}
		if dotted && first == "calc" {
			v, there := known[name]
			if c := f.calculated(rest); !there && c.node != nil {
				v = c.node.Eval(env) // a value names only those before it
				known[name] = v
			}
			return v
		}
		if i, there := f.index[first]; there && p.Shown[i] {
			v, asked := known[name]
			if !asked { // once: to look a large answer through takes long
				v = answers(i, rest)
				known[name] = v
			}
			return v
		}
		return Value{}
	}
	return env
}
