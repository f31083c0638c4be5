package logic

import (
	"slices"
	"time"
)

// Symbol is what is known of a name when a survey is published.
type Symbol struct {
	Kind Kind
	// Options are the values that an answer can have (of a List: its members);
	// nil where any can.
	Options []string
}

// Scope gives what is known of a name where the expression stands. The error
// says why it must not stand there: unknown, or of a later question.
type Scope func(name string) (Symbol, error)

// Check types an expression. It gives what sort of value it has, and the
// first thing that publishing must refuse.
func (n *Node) Check(scope Scope) (Kind, error) {
	s, err := n.check(scope)
	return s.Kind, err
}

// Constant reports whether the expression names nothing, and its value then.
func (n *Node) Constant() (Value, bool) {
	if len(n.Names()) > 0 {
		return Value{}, false
	}
	return n.Eval(func(string) Value { return Value{} }), true
}

// Names lists the names that stand in the expression, each once.
func (n *Node) Names() []string {
	var out []string
	n.walk(func(m *Node) {
		if m.op == "name" && !slices.Contains(out, m.name) {
			out = append(out, m.name)
		}
	})
	return out
}

func (n *Node) walk(fn func(*Node)) {
	fn(n)
	for _, a := range n.args {
		a.walk(fn)
	}
}

// place is where a message about n points: the beginning of what it is about.
func (n *Node) place() int {
	if n.at >= 0 {
		return n.at
	}
	return n.args[0].place()
}

func (n *Node) check(scope Scope) (Symbol, error) {
	switch n.op {
	case "lit":
		return Symbol{Kind: n.lit.kind}, nil
	case "name":
		s, err := scope(n.name)
		if err != nil {
			return s, fault(n.at, "%v", err)
		}
		return s, nil
	case "answered", "count":
		if len(n.args) != 1 || n.args[0].op != "name" {
			return Symbol{}, fault(n.at, "%s takes the name of one question", n.op)
		}
		_, err := n.args[0].check(scope)
		return Symbol{Kind: map[string]Kind{"answered": Bool, "count": Number}[n.op]}, err
	case "and", "or", "not":
		return n.all(scope, Bool, Bool)
	case "+", "-", "*", "/", "neg":
		return n.all(scope, Number, Number)
	case "min", "max":
		return n.all(scope, Number, Number)
	case "round":
		if len(n.args) != 1 {
			return Symbol{}, fault(n.at, "round takes one number")
		}
		return n.all(scope, Number, Number)
	case "in":
		return n.checkIn(scope)
	case "list":
		return Symbol{}, fault(n.at, "a list can only stand behind in")
	}
	return n.checkComparison(scope)
}

// all demands that every argument is of one kind.
func (n *Node) all(scope Scope, want, gives Kind) (Symbol, error) {
	for _, a := range n.args {
		s, err := a.check(scope)
		if err != nil {
			return s, err
		}
		if s.Kind != want && s.Kind != Null {
			return s, fault(a.place(), "%s is needed here, and this is %s", want, s.Kind)
		}
	}
	return Symbol{Kind: gives}, nil
}

func (n *Node) checkComparison(scope Scope) (Symbol, error) {
	left, err := n.args[0].check(scope)
	if err != nil {
		return left, err
	}
	right, err := n.args[1].check(scope)
	if err != nil {
		return right, err
	}
	for i, s := range []Symbol{left, right} {
		if s.Kind == List || s.Kind == Record {
			return s, fault(n.args[i].place(), "a list cannot be compared; write 'option' in %s", n.args[i].name)
		}
	}
	if err := comparable(n.args[0], n.args[1], left, right); err != nil {
		return left, err
	}
	if n.op != "==" && n.op != "!=" {
		for i, s := range []Symbol{left, right} {
			other := []Symbol{right, left}[i]
			if s.Kind == Bool || s.Kind == Text && other.Kind != Date {
				return s, fault(n.args[i].place(), "%s compares numbers and dates, and this is %s", n.op, s.Kind)
			}
		}
	}
	return Symbol{Kind: Bool}, nil
}

// comparable refuses to compare different kinds, and an option that does not
// exist.
func comparable(a, b *Node, left, right Symbol) error {
	if left.Kind == Null || right.Kind == Null {
		return nil
	}
	if textual(left.Kind) != textual(right.Kind) || !textual(left.Kind) && left.Kind != right.Kind {
		return fault(b.place(), "%s cannot be compared with %s", left.Kind, right.Kind)
	}
	if err := offered(b, left); err != nil {
		return err
	}
	return offered(a, right)
}

func textual(k Kind) bool { return k == Text || k == Date }

// offered refuses a literal that the other side can never be.
func offered(n *Node, other Symbol) error {
	s, ok := n.lit.Text()
	if n.op != "lit" || !ok {
		return nil
	}
	if other.Options != nil && !slices.Contains(other.Options, s) {
		return fault(n.at, "there is no option '%s'", s)
	}
	if other.Kind == Date {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return fault(n.at, "'%s' is not a date; write it like '2026-11-20'", s)
		}
	}
	return nil
}

func (n *Node) checkIn(scope Scope) (Symbol, error) {
	left, err := n.args[0].check(scope)
	if err != nil {
		return left, err
	}
	if left.Kind == List || left.Kind == Record {
		return left, fault(n.args[0].place(), "one value is needed before in, and this is %s", left.Kind)
	}
	right := n.args[1]
	if right.op != "list" {
		s, err := right.check(scope)
		if err != nil {
			return s, err
		}
		if s.Kind != List {
			return s, fault(right.place(), "a list is needed behind in: a question with several options, or ('a', 'b')")
		}
		if left.Kind != Text && left.Kind != Null {
			return left, fault(n.args[0].place(), "an option is needed before in, and this is %s", left.Kind)
		}
		return Symbol{Kind: Bool}, offered(n.args[0], Symbol{Kind: Text, Options: s.Options})
	}
	for _, a := range right.args {
		s, err := a.check(scope)
		if err != nil {
			return s, err
		}
		if s.Kind == List || s.Kind == Record {
			return s, fault(a.place(), "one value is needed here, and this is %s", s.Kind)
		}
		if err := comparable(n.args[0], a, left, s); err != nil {
			return s, err
		}
	}
	return Symbol{Kind: Bool}, nil
}
