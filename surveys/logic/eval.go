package logic

import (
	"math"
	"slices"
)

// Env gives the value of a name: an answer, parts.box, property.state,
// contact.name, calc.total. Null where there is none.
type Env func(name string) Value

// Eval computes an expression that Check passed.
func (n *Node) Eval(env Env) Value {
	switch n.op {
	case "lit":
		return n.lit
	case "name":
		return env(n.name)
	case "and", "or":
		return n.logical(env)
	case "not":
		v := n.args[0].Eval(env)
		if v.kind != Bool {
			return Value{}
		}
		return Truth(!v.IsTrue())
	case "answered":
		return Truth(!n.args[0].Eval(env).IsNull())
	case "count":
		return Num(float64(n.args[0].Eval(env).size()))
	case "in":
		return n.member(env)
	}
	values := make([]Value, len(n.args))
	for i, a := range n.args {
		if values[i] = a.Eval(env); values[i].IsNull() {
			return Value{}
		}
	}
	return n.apply(values)
}

// logical is three-valued: false decides and, true decides or, whatever else
// is unknown.
func (n *Node) logical(env Env) Value {
	decides := n.op == "or"
	unknown := false
	for _, a := range n.args {
		switch v := a.Eval(env); {
		case v.kind != Bool:
			unknown = true
		case v.IsTrue() == decides:
			return v
		}
	}
	if unknown {
		return Value{}
	}
	return Truth(!decides)
}

// member tells whether the left side is in the list; null where either is.
func (n *Node) member(env Env) Value {
	left := n.args[0].Eval(env)
	if left.IsNull() {
		return Value{}
	}
	if n.args[1].op != "list" {
		right := n.args[1].Eval(env)
		if right.IsNull() {
			return Value{}
		}
		return Truth(slices.Contains(right.list, left.text))
	}
	unknown := false
	for _, a := range n.args[1].args {
		switch v := a.Eval(env); {
		case v.IsNull():
			unknown = true
		case v.equal(left):
			return Truth(true)
		}
	}
	if unknown {
		return Value{}
	}
	return Truth(false)
}

// apply computes what takes values of which none is null.
func (n *Node) apply(v []Value) Value {
	switch n.op {
	case "==":
		return Truth(v[0].equal(v[1]))
	case "!=":
		return Truth(!v[0].equal(v[1]))
	case "<", "<=", ">", ">=":
		return Truth(ordered(n.op, compare(v[0], v[1])))
	case "neg":
		return Num(-v[0].num)
	case "round":
		return Num(math.Round(v[0].num)) // halves away from zero
	case "min", "max":
		out := v[0].num
		for _, w := range v[1:] {
			if n.op == "min" {
				out = min(out, w.num)
			} else {
				out = max(out, w.num)
			}
		}
		return Num(out)
	case "+":
		return Num(v[0].num + v[1].num)
	case "-":
		return Num(v[0].num - v[1].num)
	case "*":
		return Num(v[0].num * v[1].num)
	case "/":
		if v[1].num == 0 {
			return Value{}
		}
		return Num(v[0].num / v[1].num)
	}
	return Value{}
}

// compare orders numbers by size and dates by their bytes.
func compare(v, w Value) int {
	switch {
	case v.num < w.num || v.text < w.text:
		return -1
	case v.num > w.num || v.text > w.text:
		return 1
	}
	return 0
}

func ordered(op string, c int) bool {
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}
