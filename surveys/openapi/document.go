package openapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Document is the whole API, ready to be written.
type Document struct {
	Title, Version, Text string
	Server               string
	KeyText              string    // of the security scheme
	Before               []Problem // of requests that never reach a route
	Sections             []Section
}

// Section is a domain with what its operations do in full.
type Section struct {
	Domain
	Calls []Call
}

// Call is an operation with everything that follows from its route.
type Call struct {
	Operation
	Method, Path string
	Params       []Param // of the path
	Headers      []Param // that it takes
	Scope        string  // of the key; empty: no key
	Refusals     []Refusal
}

// Refusal is one status of failure.
type Refusal struct {
	Status   int
	Problems []Problem
	Page     bool // answered as a page for people
	Headers  []Header
}

// RequestID is on every answer.
func RequestID() Header {
	return Header{"X-Request-Id", Form("^[a-z2-7]{26}$", Sample("req")[len("req_"):]), true, "Names the request in the log; bodies never carry it."}
}

// Key of the problems of a Call, sorted by status; the same problem once.
func Refuse(problems []Problem, status func(Problem) int, page bool) []Refusal {
	by := map[int]*Refusal{}
	for _, p := range problems {
		st := status(p)
		r := by[st]
		if r == nil {
			r = &Refusal{Status: st, Page: page}
			by[st] = r
		}
		if !slices.ContainsFunc(r.Problems, func(q Problem) bool { return q.Slug == p.Slug }) {
			r.Problems = append(r.Problems, p)
		}
	}
	out := make([]Refusal, 0, len(by))
	for _, r := range by {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Refusal) int { return cmp.Compare(a.Status, b.Status) })
	return out
}

// Schemas gives every named schema by its name.
func (d Document) Schemas() map[string]Named {
	all := map[string]Named{}
	for _, s := range d.Sections {
		for _, n := range s.Schemas {
			all[n.Name] = n
		}
	}
	return all
}

// Faults tells what is wrong with the descriptions themselves: schemas that
// are not those of their Go types, names that mean nothing or two things.
func (d Document) Faults() (faults []string) {
	all := d.Schemas()
	named, used := map[string]bool{}, map[string]bool{}
	ids := map[string]bool{}
	refs := func(where string, s Schema) {
		s.Walk(func(s Schema) {
			if s.Ref == "" {
				return
			}
			used[s.Ref] = true
			if _, known := all[s.Ref]; !known {
				faults = append(faults, where+": there is no schema "+s.Ref)
			}
		})
	}
	for _, sec := range d.Sections {
		for _, n := range sec.Schemas {
			if named[n.Name] {
				faults = append(faults, "two schemas are called "+n.Name)
			}
			named[n.Name] = true
			faults = append(faults, n.drift(all)...)
			refs("schema "+n.Name, n.Schema)
		}
		for _, c := range sec.Calls {
			if c.ID == "" || ids[c.ID] {
				faults = append(faults, c.Route+": its id "+c.ID+" is not its own")
			}
			ids[c.ID] = true
			if c.Summary == "" || len(c.Answers) == 0 {
				faults = append(faults, c.Route+": says not what it does or answers")
			}
			for _, p := range slices.Concat(c.Params, c.Query) {
				refs(c.Route, p.Schema)
			}
			if c.Body != nil {
				refs(c.Route, c.Body.Schema)
			}
			for _, a := range c.Answers {
				refs(c.Route, a.Schema)
			}
		}
	}
	for name := range named {
		if !used[name] {
			faults = append(faults, "schema "+name+" is used nowhere")
		}
	}
	slices.Sort(faults)
	return faults
}

// Walk visits the schema and all it is made of.
func (s Schema) Walk(visit func(Schema)) {
	visit(s)
	for _, sub := range []*Schema{s.Items, s.Values, s.Names} {
		if sub != nil {
			sub.Walk(visit)
		}
	}
	for _, k := range s.Keys {
		k.Schema.Walk(visit)
	}
	for _, a := range s.Any {
		a.Walk(visit)
	}
}

// Fill puts the examples of a path's parameters in the place of their names
// in braces.
func Fill(text string, params []Param) string {
	for _, p := range params {
		text = strings.ReplaceAll(text, "{"+p.Name+"}", fmt.Sprint(p.Schema.Example))
	}
	return text
}

// AllParams gives the path parameters of all domains, which examples may name.
func (d Document) AllParams() (all []Param) {
	for _, s := range d.Sections {
		all = append(all, s.Domain.Path...)
	}
	return all
}
