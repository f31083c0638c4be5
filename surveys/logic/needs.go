package logic

import (
	"slices"
	"strings"
)

// Needs tells for each question which earlier answers may decide whether it is
// shown or required: Needs()[i][j] for question i and the answer to j. Nil for
// a plain flow. It may name more than what decides, never less.
func (f *Flow) Needs() [][]bool {
	if f.plain {
		return nil
	}
	out := make([][]bool, len(f.steps))
	for i := range f.steps {
		n := make([]bool, len(f.steps))
		out[i] = n
		// An answer counts only where its question is shown, so what decides
		// that decides here, too.
		also := func(j int) {
			n[j] = true
			for k, needed := range out[j] {
				n[k] = n[k] || needed
			}
		}
		f.named(f.steps[i].show, also)
		f.named(f.steps[i].requiredIf, also)
		for k := range i {
			for _, j := range f.steps[k].jumps {
				if j.to <= i {
					continue
				}
				f.named(j.when, func(q int) {
					n[q] = true // a jump may ask for the answer to its own question
					if q < i && out[q] != nil {
						also(q)
					}
				})
				for q, needed := range out[k] { // only a question that is shown jumps
					n[q] = n[q] || needed
				}
			}
		}
	}
	return out
}

// named calls fn for each question that an expression names, itself or through
// a calculated value.
func (f *Flow) named(n *Node, fn func(question int)) {
	if n == nil {
		return
	}
	for _, name := range n.Names() {
		first, rest, _ := strings.Cut(name, ".")
		if q, known := f.index[first]; known {
			fn(q)
		} else if first == "calc" {
			f.named(f.calculated(rest).node, fn)
		}
	}
}

// Outside lists the names that stand in the flow and no answer gives:
// property.… and contact.…, each once.
func (f *Flow) Outside() []string {
	var out []string
	add := func(n *Node) {
		if n == nil {
			return
		}
		for _, name := range n.Names() {
			first, _, dotted := strings.Cut(name, ".")
			if dotted && (first == "property" || first == "contact") && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	for _, s := range f.steps {
		add(s.show)
		add(s.requiredIf)
		for _, j := range s.jumps {
			add(j.when)
		}
	}
	for _, v := range f.values {
		add(v.node)
	}
	return out
}
