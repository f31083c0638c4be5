package logic

import "strconv"

// Limits of one expression.
const (
	maxSource = 2000 // bytes
	maxDepth  = 40   // brackets in brackets, and not behind not
)

// Node is a parsed expression.
type Node struct {
	// Op is "lit", "name", "list", a function's name or an operator; "neg" is
	// the sign before a number.
	op   string
	lit  Value
	name string
	args []*Node
	at   int
}

// Parse reads an expression. The error is an *Error.
func Parse(src string) (*Node, error) {
	if len(src) > maxSource {
		return nil, fault(maxSource, "an expression has at most %d bytes", maxSource)
	}
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	n, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.sort != "" {
		return nil, fault(t.at, "the expression should end here; join conditions with and, or")
	}
	return n, nil
}

type parser struct {
	tokens []token
	next   int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.sort != "" {
		p.next++
	}
	return t
}

// levels are the operators of two sides, the loosest first. "not" binds
// tighter than and, looser than comparing.
var levels = [][]string{{"or"}, {"and"}, {"not"}, {"==", "!=", "<", "<=", ">", ">=", "in"}, {"+", "-"}, {"*", "/"}}

func (p *parser) binary(level int) (*Node, error) {
	if level == len(levels) {
		return p.unary()
	}
	if levels[level][0] == "not" {
		return p.negation(level)
	}
	left, err := p.binary(level + 1)
	for err == nil {
		op := p.peek()
		if !contains(levels[level], op.sort) {
			return left, nil
		}
		p.take()
		var right *Node
		if op.sort == "in" {
			right, err = p.members()
		} else {
			right, err = p.binary(level + 1)
		}
		if err != nil {
			return nil, err
		}
		switch {
		case (op.sort == "and" || op.sort == "or") && left.op == op.sort && left.at < 0:
			left.args = append(left.args, right) // a long chain stays flat
		case op.sort == "and" || op.sort == "or":
			left = &Node{op: op.sort, args: []*Node{left, right}, at: -1}
		default:
			left = &Node{op: op.sort, args: []*Node{left, right}, at: op.at}
		}
		if level == 3 { // a < b < c means nothing
			if t := p.peek(); contains(levels[level], t.sort) {
				return nil, fault(t.at, "compare two things at a time and join them with and")
			}
		}
	}
	return nil, err
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s && s != "" {
			return true
		}
	}
	return false
}

func (p *parser) deeper(at int) error {
	if p.depth++; p.depth > maxDepth {
		return fault(at, "the expression is nested more than %d deep", maxDepth)
	}
	return nil
}

func (p *parser) negation(level int) (*Node, error) {
	t := p.peek()
	if t.sort != "not" {
		return p.binary(level + 1)
	}
	p.take()
	if err := p.deeper(t.at); err != nil {
		return nil, err
	}
	n, err := p.negation(level)
	p.depth--
	if err != nil {
		return nil, err
	}
	return &Node{op: "not", args: []*Node{n}, at: t.at}, nil
}

// unary reads a sign, then one operand.
func (p *parser) unary() (*Node, error) {
	t := p.take()
	switch t.sort {
	case "-":
		if err := p.deeper(t.at); err != nil {
			return nil, err
		}
		n, err := p.unary()
		p.depth--
		if err != nil {
			return nil, err
		}
		if f, ok := n.lit.Float(); n.op == "lit" && ok {
			return &Node{op: "lit", lit: Num(-f), at: t.at}, nil
		}
		return &Node{op: "neg", args: []*Node{n}, at: t.at}, nil
	case "0":
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil || f > 1<<53 {
			return nil, fault(t.at, "a number up to 2^53 is needed")
		}
		return &Node{op: "lit", lit: Num(f), at: t.at}, nil
	case "'":
		return &Node{op: "lit", lit: Str(t.text), at: t.at}, nil
	case "true", "false":
		return &Node{op: "lit", lit: Truth(t.sort == "true"), at: t.at}, nil
	case "null":
		return &Node{op: "lit", at: t.at}, nil
	case "n":
		if p.peek().sort == "(" {
			return p.call(t)
		}
		return &Node{op: "name", name: t.text, at: t.at}, nil
	case "(":
		if err := p.deeper(t.at); err != nil {
			return nil, err
		}
		n, err := p.binary(0)
		p.depth--
		if err != nil {
			return nil, err
		}
		if e := p.take(); e.sort != ")" {
			return nil, fault(e.at, "a closing ) is missing here")
		}
		if n.at < 0 {
			n.at = t.at // brackets end a chain
		}
		return n, nil
	case "":
		return nil, fault(t.at, "something is missing at the end")
	}
	return nil, fault(t.at, "a number, a 'text', a name or ( is needed here")
}

// members reads what stands behind in: a name, or a list in brackets.
func (p *parser) members() (*Node, error) {
	t := p.peek()
	closing := map[string]string{"(": ")", "[": "]"}[t.sort]
	if closing == "" {
		return p.binary(4)
	}
	p.take()
	args, err := p.arguments(closing)
	if err != nil {
		return nil, err
	}
	if len(args) == 1 && args[0].op == "name" {
		return args[0], nil // 'price' in (reasons)
	}
	return &Node{op: "list", args: args, at: t.at}, nil
}

var functions = map[string]bool{"answered": true, "count": true, "min": true, "max": true, "round": true}

func (p *parser) call(name token) (*Node, error) {
	if !functions[name.text] {
		return nil, fault(name.at, "there is no function %q; there are answered, count, min, max and round", name.text)
	}
	p.take() // the bracket
	args, err := p.arguments(")")
	if err != nil {
		return nil, err
	}
	return &Node{op: name.text, args: args, at: name.at}, nil
}

// arguments reads expressions between commas, up to the closing bracket.
func (p *parser) arguments(closing string) ([]*Node, error) {
	if err := p.deeper(p.peek().at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	var args []*Node
	for {
		n, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		args = append(args, n)
		switch t := p.take(); t.sort {
		case closing:
			return args, nil
		case ",":
		default:
			return nil, fault(t.at, "a comma or a closing %s is missing here", closing)
		}
	}
}
