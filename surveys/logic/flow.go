package logic

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Source is a question's logic as its author wrote it.
type Source struct {
	ID         string
	Required   bool
	ShowIf     string // "" shows always
	RequiredIf string
	Jumps      []SourceJump
	// Symbol types the question ("") and its parts, the rows of a matrix; false
	// for a part that there is not.
	Symbol func(part string) (Symbol, bool)
}

// SourceJump goes on at another question where If is true.
type SourceJump struct{ If, To string }

// SourceValue is a calculated value as its author wrote it.
type SourceValue struct{ ID, Value string }

// Problem is what publishing must refuse, with a pointer from the survey's root.
type Problem struct{ Pointer, Detail string }

// Flow is the logic of a survey: what is shown and required, and what is
// calculated. It never changes and may be shared.
type Flow struct {
	steps  []step
	values []value
	index  map[string]int // of questions
	plain  bool           // everything is shown, nothing is calculated
}

type step struct {
	id         string
	required   bool
	show       *Node // nil: always
	requiredIf *Node // nil: never
	jumps      []jump
	symbol     func(string) (Symbol, bool)
}

type jump struct {
	when *Node
	to   int // len(steps) is the end
}

type value struct {
	id     string
	node   *Node
	symbol Symbol
	needs  int // the last question that it needs, itself or through others; -1 for none
}

// end is where a jump goes that ends the survey.
const end = "end"

// NewFlow reads a survey's logic. With problems the flow is not to be used.
func NewFlow(questions []Source, values []SourceValue) (*Flow, []Problem) {
	f := &Flow{index: map[string]int{}, plain: len(values) == 0}
	b := &builder{f: f}
	for i, q := range questions {
		f.index[q.ID] = i
		f.steps = append(f.steps, step{id: q.ID, required: q.Required, symbol: q.Symbol})
	}
	for i, v := range values {
		b.value(i, v)
	}
	for i, q := range questions {
		b.question(i, q)
	}
	if len(b.problems) == 0 {
		b.reach()
	}
	return f, b.problems
}

type builder struct {
	f        *Flow
	problems []Problem
}

func (b *builder) add(pointer, format string, args ...any) {
	b.problems = append(b.problems, Problem{pointer, fmt.Sprintf(format, args...)})
}

// read parses and types an expression; nil where it has a problem.
func (b *builder) read(pointer, src string, scope Scope, want Kind) *Node {
	n, err := Parse(src)
	var kind Kind
	if err == nil {
		kind, err = n.Check(scope)
	}
	if err != nil {
		b.add(pointer, "%s", err.Error())
		return nil
	}
	if want != Null && kind != want && kind != Null {
		b.add(pointer, "This must be %s, and it is %s.", want, kind)
		return nil
	}
	return n
}

func (b *builder) value(i int, v SourceValue) {
	p := fmt.Sprintf("#/calculated/%d", i)
	f := b.f
	if slices.ContainsFunc(f.values, func(o value) bool { return o.id == v.ID }) {
		b.add(p+"/id", "%q stands here twice.", v.ID)
	}
	n := b.read(p+"/value", v.Value, f.Scope(len(f.steps)), Null)
	if n == nil {
		return
	}
	kind, _ := n.Check(f.Scope(len(f.steps)))
	if kind == List || kind == Record {
		b.add(p+"/value", "A calculated value is a number, a text or true or false, and this is %s.", kind)
		return
	}
	needs := -1
	for _, name := range n.Names() {
		first, rest, _ := strings.Cut(name, ".")
		if q, known := f.index[first]; known {
			needs = max(needs, q)
		} else if first == "calc" {
			needs = max(needs, f.calculated(rest).needs)
		}
	}
	f.values = append(f.values, value{id: v.ID, node: n, symbol: Symbol{Kind: kind}, needs: needs})
}

func (b *builder) question(i int, q Source) {
	f, s := b.f, &b.f.steps[i]
	p := fmt.Sprintf("#/questions/%d", i)
	if q.ShowIf != "" {
		if s.show = b.read(p+"/show_if", q.ShowIf, f.Scope(i), Bool); s.show != nil {
			f.plain = false
			if v, constant := s.show.Constant(); constant && !v.IsTrue() {
				b.add(p+"/show_if", "This is never true, so the question can never be shown.")
			}
		}
	}
	if q.RequiredIf != "" {
		s.requiredIf = b.read(p+"/required_if", q.RequiredIf, f.Scope(i), Bool)
		f.plain = false
	}
	for j, src := range q.Jumps {
		jp := fmt.Sprintf("%s/jump/%d", p, j)
		f.plain = false
		to, known := f.index[src.To]
		if src.To == end {
			to, known = len(f.steps), true
		}
		switch {
		case !known:
			b.add(jp+"/to", "There is no question %q; name a later one, or \"end\".", src.To)
		case to <= i:
			b.add(jp+"/to", "A jump goes forward only, and %q is not later than this question.", src.To)
		}
		if n := b.read(jp+"/if", src.If, f.Scope(i+1), Bool); n != nil && known {
			s.jumps = append(s.jumps, jump{n, to})
		}
	}
}

// reach finds the questions to which no way leads.
func (b *builder) reach() {
	steps := b.f.steps
	reached := make([]bool, len(steps)+1)
	if len(steps) > 0 {
		reached[0] = true
	}
	for i, s := range steps { // jumps go forward only, so one pass sees all ways
		if !reached[i] {
			b.add(fmt.Sprintf("#/questions/%d", i), "No way leads to this question: every way jumps over it.")
			continue
		}
		passed := s.show == nil // whether a jump that is always true leaves no other way
		always := false
		for _, j := range s.jumps {
			v, constant := j.when.Constant()
			if constant && !v.IsTrue() {
				continue
			}
			reached[j.to] = true
			if constant {
				always = true
				break
			}
		}
		if !always || !passed {
			reached[i+1] = true
		}
	}
}

func (f *Flow) calculated(id string) *value {
	for i := range f.values {
		if f.values[i].id == id {
			return &f.values[i]
		}
	}
	return &value{needs: -1}
}

// Scope gives what may be named before question i is asked: the answers of
// earlier questions, what is calculated from those, properties and the
// contact. After the last question everything may.
func (f *Flow) Scope(i int) Scope {
	return func(name string) (Symbol, error) {
		first, rest, dotted := strings.Cut(name, ".")
		switch {
		case first == "property" && rest != "":
			return Symbol{Kind: Text}, nil
		case first == "contact" && dotted:
			if !slices.Contains([]string{"id", "name", "language"}, rest) {
				return Symbol{}, fmt.Errorf("a contact has id, name and language, and no %q", rest)
			}
			return Symbol{Kind: Text}, nil
		case first == "calc" && dotted:
			v := f.calculated(rest)
			if v.node == nil {
				return Symbol{}, fmt.Errorf("there is no calculated value %q (before this)", rest)
			}
			if v.needs >= i {
				return Symbol{}, fmt.Errorf("%s needs the answer to %q, which comes later", name, f.steps[v.needs].id)
			}
			return v.symbol, nil
		}
		at, known := f.index[first]
		switch {
		case !known:
			return Symbol{}, fmt.Errorf("there is no question %q", first)
		case at >= i:
			return Symbol{}, fmt.Errorf("%q comes later; only earlier questions may be named", first)
		}
		s, known := f.steps[at].symbol(rest)
		switch {
		case known:
			return s, nil
		case dotted:
			return s, fmt.Errorf("question %q has no part %q", first, rest)
		}
		return s, errors.New("the answer to this question cannot be named")
	}
}
