package mapping

import (
	"strconv"

	"waymark/mapping/score"
)

// floor decides which counts of one quantity (the answers of a series, the
// responses of a stage) may be shown under a segment filter, so that no two
// shown counts can be subtracted to find a group of 1 to 4 (api.md §5).
//
// A filter is written along props, the filtered properties: the empty string
// where a property is free, absentValue, or a present value.
type floor struct {
	props  int
	counts map[string]int64
	values []map[string]bool // seen values by property
	hiding map[string]bool
	pools  map[string]pool
}

// pool is what the values of one property say together under a filter.
type pool struct {
	hidden   int64  // answers of the values that are hidden by themselves
	smallest string // the shown value with the fewest answers
}

// absentValue sorts before every present one; absent counts as a value.
const absentValue = "\x00"

func presentValue(s string) string { return "\x01" + s }

func newFloor(props int) *floor {
	f := &floor{props: props, counts: map[string]int64{}, hiding: map[string]bool{}, pools: map[string]pool{}}
	for range props {
		f.values = append(f.values, map[string]bool{})
	}
	return f
}

func filterKey(filter []string) string {
	b := make([]byte, 0, 32)
	for _, v := range filter {
		b = strconv.AppendInt(b, int64(len(v)), 10)
		b = append(b, ':')
		b = append(b, v...)
	}
	return string(b)
}

// add counts n answers with the values, one for each property.
func (f *floor) add(values []string, n int64) {
	if n == 0 {
		return
	}
	for i, v := range values {
		f.values[i][v] = true
	}
	filter := make([]string, f.props)
	for mask := range 1 << f.props {
		for i := range filter {
			filter[i] = ""
			if mask>>i&1 == 1 {
				filter[i] = values[i]
			}
		}
		f.counts[filterKey(filter)] += n
	}
}

func (f *floor) n(filter []string) int64 { return f.counts[filterKey(filter)] }

// all is the count with every segment aside.
func (f *floor) all() int64 { return f.n(make([]string, f.props)) }

func with(filter []string, i int, v string) []string {
	g := append([]string(nil), filter...)
	g[i] = v
	return g
}

// hidden reports whether the count of the filter must not be shown.
func (f *floor) hidden(filter []string) bool {
	key := filterKey(filter)
	h, known := f.hiding[key]
	if known {
		return h
	}
	h = f.alone(filter)
	for i, v := range filter {
		if h || v == "" {
			continue
		}
		p := f.pool(with(filter, i, ""), i)
		h = score.StateOf(p.hidden) == score.StateHidden && p.smallest == v
	}
	f.hiding[key] = h
	return h
}

// alone applies the rules that need no look at the property's other values:
// 1 to 4 answers, 1 to 4 others in a parent, or the very answers of a hidden
// parent, which would otherwise be shown under another name.
func (f *floor) alone(filter []string) bool {
	n := f.n(filter)
	if score.StateOf(n) == score.StateHidden {
		return true
	}
	for i, v := range filter {
		if v == "" {
			continue
		}
		parent := with(filter, i, "")
		all := f.n(parent)
		if score.RevealsComplement(n, all) || n == all && f.hidden(parent) {
			return true
		}
	}
	return false
}

func (f *floor) pool(parent []string, i int) pool {
	key := strconv.Itoa(i) + "/" + filterKey(parent)
	p, known := f.pools[key]
	if known {
		return p
	}
	var fewest int64
	for v := range f.values[i] {
		g := with(parent, i, v)
		n := f.n(g)
		switch {
		case n == 0:
		case f.alone(g):
			p.hidden += n
		case p.smallest == "" || n < fewest || n == fewest && v < p.smallest:
			p.smallest, fewest = v, n
		}
	}
	f.pools[key] = p
	return p
}
