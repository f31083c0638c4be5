package logic

import "encoding/json"

// MarshalJSON writes the expression for the survey's page: a literal stands
// for itself, and everything else is an array that begins with what it is:
// ["$", name], ["[", member…], [operator or function, argument…].
func (n *Node) MarshalJSON() ([]byte, error) { return json.Marshal(n.tree()) }

func (n *Node) tree() any {
	switch n.op {
	case "lit":
		return n.lit.Any()
	case "name":
		return []any{"$", n.name}
	}
	op := n.op
	if op == "list" {
		op = "["
	}
	out := []any{op}
	for _, a := range n.args {
		out = append(out, a.tree())
	}
	return out
}
