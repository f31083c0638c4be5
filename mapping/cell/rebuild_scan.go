package cell

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"waymark/responses"
)

// scan computes a bucket's nodes from its rows in memory.
type scan struct {
	*rebuilder
	stored map[NodeKey]Node      // as read before the rows
	below  map[NodeKey][]NodeKey // stored parts of stored nodes
	puts   [Part2 + 1][]Node
}

// row is a decoded response as a scan keeps it.
type row struct {
	at      int64
	part    [2]byte // the id's characters that name its parts
	suspect bool
	group   *sum // of the scan's tally; only its name is used
	answers []answer
}

type answer struct {
	question int32
	value    int32
}

func (w *row) key(level Level) NodeKey {
	k := responses.Key{At: w.at}
	if level > Millisecond {
		k.ID = "rsp_" + string(w.part[:])
	}
	return KeyOf(level, k)
}

// in tells whether the row lies in a bucket of its scan that begins at or before it.
func (w *row) in(k NodeKey) bool {
	if size := k.Level.size(); size > 0 {
		return w.at < k.Start.At+size
	}
	return w.key(k.Level) == k
}

// read reads a bucket's responses, errFull where they are more than the limit.
func (s *scan) read(ctx context.Context, key NodeKey, limit int) ([]row, error) {
	var rows []row
	var slab []answer // answers of many rows, so that a row costs no allocation
	t := newTally(s.shapes)
	err := s.r.Responses.Facts(ctx, s.ws, s.survey, key.Start, key.End(), limit+1, func(f *responses.Fact) error {
		if len(rows) == limit {
			return errFull
		}
		g, err := t.find(f)
		if err != nil {
			return err
		}
		w := row{at: f.OccurredAt.Milli(), group: g, suspect: f.Status != responses.Counted}
		if len(f.ID) < prefixLength+len(w.part) {
			return fmt.Errorf("the id %q is too short", f.ID)
		}
		copy(w.part[:], f.ID[prefixLength:])
		if !w.suspect {
			if cap(slab)-len(slab) < len(g.shape.questions) {
				slab = make([]answer, 0, max(4096, len(g.shape.questions)))
			}
			first := len(slab)
			if err := t.answers(f, g.shape, func(q, a int) { slab = append(slab, answer{int32(q), int32(a)}) }); err != nil {
				return err
			}
			w.answers = slab[first:len(slab):len(slab)]
		}
		rows = append(rows, w)
		return nil
	})
	return rows, err
}

// build computes the node of rows and whatever is below it, and notes the puts:
// nodes that differ from the stored ones, and the parents of what is put, so
// that no roll-up that read an old part can bring it back. Force puts equal ones
// too: the parts of a bucket that splits now, for the same reason.
func (s *scan) build(key NodeKey, rows []row, force bool) (n Node, changed bool, err error) {
	old := s.stored[key]
	n = Node{NodeKey: key, Rev: old.Rev + 1, Split: old.Split || len(rows) > MaxLeaf && key.Level < Part2}
	if n.Split {
		var children []Node
		left := slices.SortedFunc(slices.Values(s.below[key]), func(a, b NodeKey) int {
			if before(a.Start, b.Start) {
				return -1
			}
			return 1
		})
		for len(rows) > 0 || len(left) > 0 {
			var k NodeKey
			n := 0
			if len(rows) > 0 {
				k = rows[0].key(key.Level + 1)
				n = sort.Search(len(rows), func(i int) bool { return !rows[i].in(k) })
			}
			if len(left) > 0 && (n == 0 || before(left[0].Start, k.Start)) {
				k, n = left[0], 0
			}
			if len(left) > 0 && left[0] == k {
				left = left[1:]
			}
			c, put, err := s.build(k, rows[:n], force || !old.Split)
			if err != nil {
				return Node{}, false, err
			}
			changed = changed || put
			children = append(children, c)
			rows = rows[n:]
		}
		if err := n.fillFrom(children, s.shapes); err != nil {
			return Node{}, false, err
		}
	} else if err := n.fill(leafGroups(s.shapes, rows), s.shapes); err != nil {
		return Node{}, false, err
	}
	if changed = force || changed || old.Rev == 0 || !n.equal(&old); changed {
		s.puts[key.Level] = append(s.puts[key.Level], n)
	}
	return n, changed, nil
}

func leafGroups(s *shapes, rows []row) []Group {
	t, of := newTally(s), map[*sum]*sum{}
	for i := range rows {
		w := &rows[i]
		g := of[w.group]
		if g == nil {
			t.values = append(t.values[:0], w.group.values...)
			g = t.at(w.group.shape)
			of[w.group] = g
		}
		if w.suspect {
			g.suspects++
			continue
		}
		g.counted++
		g.newest = max(g.newest, w.at)
		for _, a := range w.answers {
			g.add(int(a.question), int(a.value), 1)
		}
	}
	return t.result()
}
