package main

import (
	"fmt"
	"slices"
)

// refusals are the rows that were refused, told in the order of their lines
// though they are found out in another: a row that cannot be read at once,
// others when the store or a server answers.
type refusals struct {
	waiting []refusal
	count   int
	tell    func(line int, why string)
}

type refusal struct {
	line int
	why  string
}

func (r *refusals) add(line int, why string) {
	r.count++
	r.waiting = append(r.waiting, refusal{line, why})
}

// settle tells those of lines up to last, before which nothing more can come.
func (r *refusals) settle(last int) {
	slices.SortStableFunc(r.waiting, func(a, b refusal) int { return a.line - b.line })
	n := 0
	for ; n < len(r.waiting) && r.waiting[n].line <= last; n++ {
		r.tell(r.waiting[n].line, r.waiting[n].why)
	}
	r.waiting = slices.Delete(r.waiting, 0, n)
}

// number is n with the noun that fits it.
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
