package cell

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/valyala/fastjson"

	"waymark/responses"
)

// tally adds up responses and groups. Its result does not depend on the
// order of adding, nor on whether a response came by itself or within a
// group: a property overflows by the union of its values, and what a group
// has lost to Overflow is a union of more than MaxValues already.
type tally struct {
	shapes *shapes
	aside  bool // segments are not looked at
	groups map[string]*sum
	// overflow names the properties that a merged group had as Overflow.
	overflow map[string]bool

	parser fastjson.Parser
	last   *shape // of the row before; most rows have the same version
	key    []byte
	values []value
}

// value is what a response says of one declared segment.
type value struct {
	kind byte // one of the constants below
	text string
}

const (
	absent   = 0
	present  = 1
	overflow = 2
)

// sum is one group as it grows.
type sum struct {
	shape             *shape
	values            []value // along shape.segments
	counted, suspects int64
	newest            int64
	histograms        []histogram // along shape.questions; nil before the first answer
}

func (g *sum) add(question, answer int, n int64) {
	if g.histograms == nil {
		g.histograms = make([]histogram, len(g.shape.questions))
	}
	g.histograms[question].add(answer, n)
}

// histogram counts integer answers: those from lowest on in an array, which is
// every scale there is, others in a map.
type histogram struct {
	near [16]int64
	far  map[int]int64
}

const lowest = -2

func (h *histogram) add(answer int, n int64) {
	if i := answer - lowest; i >= 0 && i < len(h.near) {
		h.near[i] += n
		return
	}
	if h.far == nil {
		h.far = map[int]int64{}
	}
	h.far[answer] += n
}

func (h *histogram) merge(o *histogram) {
	for i, n := range o.near {
		h.near[i] += n
	}
	for a, n := range o.far {
		h.add(a, n)
	}
}

func (h *histogram) counts() map[int]int64 {
	var m map[int]int64
	set := func(a int, n int64) {
		if n == 0 {
			return
		}
		if m == nil {
			m = map[int]int64{}
		}
		m[a] = n
	}
	for i, n := range h.near {
		set(i+lowest, n)
	}
	for a, n := range h.far {
		set(a, n)
	}
	return m
}

func newTally(s *shapes) *tally {
	return &tally{shapes: s, groups: map[string]*sum{}, overflow: map[string]bool{}}
}

func (t *tally) shape(version int64) (*shape, error) {
	if t.last != nil && t.last.number == version {
		return t.last, nil
	}
	sh, err := t.shapes.of(version)
	if err == nil {
		t.last = sh
	}
	return sh, err
}

// segments are those that this tally tells apart.
func (t *tally) segments(sh *shape) []string {
	if t.aside {
		return nil
	}
	return sh.segments
}

// at gives the group of t.values, whose texts are kept where the group is new.
func (t *tally) at(sh *shape) *sum {
	t.key = appendKey(t.key[:0], sh.number, t.values)
	g := t.groups[string(t.key)]
	if g == nil {
		g = &sum{shape: sh, values: slices.Clone(t.values)}
		t.groups[string(t.key)] = g
	}
	return g
}

// appendKey writes a key whose byte order is the order of groups in a node.
func appendKey(b []byte, version int64, values []value) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(version))
	for _, v := range values {
		b = append(b, v.kind)
		b = binary.BigEndian.AppendUint32(b, uint32(len(v.text)))
		b = append(b, v.text...)
	}
	return b
}

// find gives the group of a response and nothing else of it.
func (t *tally) find(f *responses.Fact) (*sum, error) {
	sh, err := t.shape(f.Version)
	if err != nil {
		return nil, err
	}
	t.values = t.values[:0]
	for _, name := range t.segments(sh) {
		v := value{}
		if text, ok := f.Properties[name]; ok {
			v = value{kind: present, text: text}
		}
		t.values = append(t.values, v)
	}
	return t.at(sh), nil
}

// answers calls fn for each whole number answered to a question that
// measures, with the question's place in the shape.
func (t *tally) answers(f *responses.Fact, sh *shape, fn func(question, answer int)) error {
	if len(sh.questions) == 0 || len(f.Answers) == 0 {
		return nil
	}
	v, err := t.parser.ParseBytes(f.Answers)
	if err != nil {
		return fmt.Errorf("reading the answers of %s: %w", f.ID, err)
	}
	for i, q := range sh.questions {
		a := v.Get(q)
		if a == nil || a.Type() != fastjson.TypeNumber {
			continue
		}
		n, err := a.Float64()
		if err == nil && n == math.Trunc(n) && math.Abs(n) < 1<<31 {
			fn(i, int(n))
		}
	}
	return nil
}

// add counts one response.
func (t *tally) add(f *responses.Fact) error {
	g, err := t.find(f)
	if err != nil {
		return err
	}
	if f.Status != responses.Counted {
		g.suspects++
		return nil
	}
	g.counted++
	g.newest = max(g.newest, f.OccurredAt.Milli())
	return t.answers(f, g.shape, func(q, a int) { g.add(q, a, 1) })
}

// merge adds a stored group.
func (t *tally) merge(o *Group) error {
	sh, err := t.shape(o.Version)
	if err != nil {
		return err
	}
	t.values = t.values[:0]
	for _, name := range t.segments(sh) {
		v := value{}
		if slices.Contains(o.Overflow, name) {
			v.kind = overflow
			t.overflow[name] = true
		} else if text, ok := o.Segments[name]; ok {
			v = value{kind: present, text: text}
		}
		t.values = append(t.values, v)
	}
	g := t.at(sh)
	g.counted += o.Counted
	g.suspects += o.Suspects
	g.newest = max(g.newest, o.Last)
	for i, q := range sh.questions {
		for a, n := range o.Histograms[q] {
			g.add(i, a, n)
		}
	}
	return nil
}

func (g *sum) absorb(o *sum) {
	g.counted += o.counted
	g.suspects += o.suspects
	g.newest = max(g.newest, o.newest)
	if g.histograms == nil {
		g.histograms, o.histograms = o.histograms, nil
	}
	for i := range o.histograms {
		g.histograms[i].merge(&o.histograms[i])
	}
}

// collapse puts the groups together that differ only in properties with too
// many values.
func (t *tally) collapse() {
	seen := map[string]map[string]struct{}{}
	for _, g := range t.groups {
		for i, v := range g.values {
			name := g.shape.segments[i]
			if v.kind != present || t.overflow[name] {
				continue
			}
			if seen[name] == nil {
				seen[name] = map[string]struct{}{}
			}
			seen[name][v.text] = struct{}{}
			if len(seen[name]) > MaxValues {
				t.overflow[name] = true
			}
		}
	}
	if len(t.overflow) == 0 {
		return
	}
	old := t.groups
	t.groups = make(map[string]*sum, len(old))
	for _, g := range old {
		t.values = t.values[:0]
		for i, v := range g.values {
			if t.overflow[g.shape.segments[i]] {
				v = value{kind: overflow}
			}
			t.values = append(t.values, v)
		}
		t.at(g.shape).absorb(g)
	}
}

// result gives the groups in their one order.
func (t *tally) result() []Group {
	t.collapse()
	keys := make([]string, 0, len(t.groups))
	for k, g := range t.groups {
		if g.counted != 0 || g.suspects != 0 {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	var out []Group
	for _, k := range keys {
		out = append(out, t.groups[k].group())
	}
	return out
}

func (g *sum) group() Group {
	o := Group{Version: g.shape.number, Counted: g.counted, Suspects: g.suspects, Last: g.newest}
	for i, v := range g.values {
		switch v.kind {
		case overflow:
			o.Overflow = append(o.Overflow, g.shape.segments[i])
		case present:
			if o.Segments == nil {
				o.Segments = map[string]string{}
			}
			o.Segments[g.shape.segments[i]] = v.text
		}
	}
	for i := range g.histograms {
		if m := g.histograms[i].counts(); m != nil {
			if o.Histograms == nil {
				o.Histograms = map[string]map[int]int64{}
			}
			o.Histograms[g.shape.questions[i]] = m
		}
	}
	return o
}

// total puts groups together, one for each version.
func total(s *shapes, groups ...[]Group) ([]Group, error) {
	t := newTally(s)
	t.aside = true
	for _, list := range groups {
		for i := range list {
			if err := t.merge(&list[i]); err != nil {
				return nil, err
			}
		}
	}
	return t.result(), nil
}

// fill sets what a leaf says.
func (n *Node) fill(groups []Group, s *shapes) error {
	totals, err := total(s, groups)
	n.set(groups, totals)
	return err
}

func (n *Node) set(groups, totals []Group) {
	n.Open, n.Groups, n.Totals, n.Counted, n.Last = false, groups, totals, 0, 0
	for i := range totals {
		n.Counted += totals[i].Counted
		n.Last = max(n.Last, totals[i].Last)
	}
	if len(totals) > MaxTotals {
		n.Totals = nil
	}
	if len(groups) > MaxGroups {
		n.Open, n.Groups = true, nil
	}
}

// fillFrom sets what a split node says from its children. Where one of them
// is Open its groups are not at hand, so the parent is Open as well.
func (n *Node) fillFrom(children []Node, s *shapes) error {
	parts := make([][]Group, len(children))
	open, unknown := false, false
	for i := range children {
		c := &children[i]
		open = open || c.Open
		if parts[i] = c.Totals; len(c.Totals) == 0 { // of an older store, or nobody's
			parts[i] = c.Groups
			unknown = unknown || c.Open
		}
	}
	totals, err := total(s, parts...)
	if err != nil {
		return err
	}
	if open {
		n.set(nil, totals)
		n.Open = true
		if unknown {
			n.Totals, n.Counted, n.Last = nil, 0, 0
			for i := range children {
				n.Counted += children[i].Counted
				n.Last = max(n.Last, children[i].Last)
			}
		}
		return nil
	}
	t := newTally(s)
	for i := range children {
		for j := range children[i].Groups {
			if err := t.merge(&children[i].Groups[j]); err != nil {
				return err
			}
		}
	}
	n.set(t.result(), totals)
	return nil
}
