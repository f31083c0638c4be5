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

// MarshalJSON writes the flow for the survey's page: questions as {id, req, show,
// reqif, jump: [[if, to]…]}, values as [id, expression].
func (f *Flow) MarshalJSON() ([]byte, error) {
	type question struct {
		ID         string   `json:"id"`
		Required   bool     `json:"req,omitempty"`
		Show       *Node    `json:"show,omitempty"`
		RequiredIf *Node    `json:"reqif,omitempty"`
		Jump       [][2]any `json:"jump,omitempty"`
	}
	out := struct {
		Questions []question `json:"q"`
		Values    [][2]any   `json:"c,omitempty"`
	}{Questions: []question{}}
	for _, s := range f.steps {
		q := question{ID: s.id, Required: s.required, Show: s.show, RequiredIf: s.requiredIf}
		for _, j := range s.jumps {
			q.Jump = append(q.Jump, [2]any{j.when, j.to})
		}
		out.Questions = append(out.Questions, q)
	}
	for _, v := range f.values {
		out.Values = append(out.Values, [2]any{v.id, v.node})
	}
	return json.Marshal(out)
}
