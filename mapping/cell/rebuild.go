package cell

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sort"

	"golang.org/x/sync/errgroup"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// rebuilders is the number of days recomputed at once: reading one is bound by
// the processor.
const rebuilders = 2

// Rebuild recomputes every node of a survey, each day from one scan, and
// stores those that differ. It works beside a running server: every put is a
// compare-and-set at the revision read before the scan, and marks stay with
// RollUp. Progress, where set, is told the number of responses read so far,
// from one goroutine at a time.
func (r *Roller) Rebuild(ctx context.Context, ws ident.Workspace, survey string, progress func(done int64)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(rebuilders + 1)
	done, told := make(chan int64), make(chan struct{})
	go func() {
		defer close(told)
		var sum int64
		for n := range done {
			if sum += n; progress != nil {
				progress(sum)
			}
		}
	}()
	g.Go(func() error {
		return r.eachDay(ctx, ws, survey, func(day NodeKey) {
			g.Go(func() error {
				n, err := r.rebuildDay(ctx, ws, survey, day)
				done <- n
				return err
			})
		})
	})
	err := g.Wait()
	close(done)
	<-told
	return err
}

// eachDay calls fn for every day that has responses or a node, in order.
func (r *Roller) eachDay(ctx context.Context, ws ident.Workspace, survey string, fn func(NodeKey)) error {
	forever := responses.Key{At: endOfTime}
	nodes, err := r.Cells.Nodes(ctx, ws, survey, Day, responses.Key{}, forever)
	if err != nil {
		return fmt.Errorf("listing the days of survey %s: %w", survey, err)
	}
	stored := make([]NodeKey, len(nodes))
	for i := range nodes {
		stored[i] = nodes[i].NodeKey
	}
	for from := (responses.Key{}); ; {
		at, found, err := r.next(ctx, ws, survey, from, forever)
		if err != nil {
			return err
		}
		day := KeyOf(Day, at)
		for len(stored) > 0 && (!found || before(stored[0].Start, day.Start)) {
			fn(stored[0])
			stored = stored[1:]
		}
		if !found {
			return nil
		}
		if len(stored) > 0 && stored[0] == day {
			stored = stored[1:]
		}
		fn(day)
		from = day.End()
	}
}

// row is a decoded response as a rebuilt day keeps it.
type row struct {
	at      int64
	part    [2]byte // the id's characters that name its parts
	group   *sum    // of the day's tally; only its name is used
	suspect bool
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

// rebuild computes a day's nodes from its rows in memory.
type rebuild struct {
	r      *Roller
	ws     ident.Workspace
	survey string
	shapes *shapes
	stored map[NodeKey]Node      // as read before the scan
	below  map[NodeKey][]NodeKey // stored parts of stored split nodes
	puts   [Part2 + 1][]Node
}

func (r *Roller) rebuildDay(ctx context.Context, ws ident.Workspace, survey string, day NodeKey) (int64, error) {
	b := &rebuild{r: r, ws: ws, survey: survey, shapes: r.shapes(ctx, ws, survey), stored: map[NodeKey]Node{}, below: map[NodeKey][]NodeKey{}}
	for level := Day; level <= Part2; level++ { // those below an unsplit node too: a split would meet them
		nodes, err := r.Cells.Nodes(ctx, ws, survey, level, day.Start, day.End())
		if err != nil {
			return 0, fmt.Errorf("reading the %s: %w", day, err)
		}
		for _, n := range nodes {
			b.stored[n.NodeKey] = n
			if level > Day {
				up := parent(n.NodeKey)
				b.below[up] = append(b.below[up], n.NodeKey)
			}
		}
	}
	rows, err := b.scan(ctx, day)
	if err != nil {
		return 0, fmt.Errorf("reading the responses of the %s: %w", day, err)
	}
	if _, _, err := b.build(day, rows, false); err != nil {
		return 0, err
	}
	err = b.put(ctx)
	if fault.Is(err, fault.Stale) { // a roll-up came between: compute it as roll-ups do
		c := &recompute{r: r, ws: ws, survey: survey, shapes: b.shapes, slots: make(chan struct{}, parallel)}
		err = c.node(ctx, day, everything)
	}
	return int64(len(rows)), err
}

func parent(k NodeKey) NodeKey { return KeyOf(k.Level-1, k.Start) }

func (b *rebuild) scan(ctx context.Context, day NodeKey) ([]row, error) {
	var rows []row
	var slab []answer // answers of many rows, so that a row costs no allocation
	t := newTally(b.shapes)
	err := b.r.Responses.Facts(ctx, b.ws, b.survey, day.Start, day.End(), 0, func(f *responses.Fact) error {
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
func (b *rebuild) build(key NodeKey, rows []row, force bool) (n Node, changed bool, err error) {
	old := b.stored[key]
	n = Node{NodeKey: key, Rev: old.Rev + 1, Split: old.Split || len(rows) > MaxLeaf && key.Level < Part2}
	if n.Split {
		var children []Node
		add := func(k NodeKey, rows []row) error {
			c, put, err := b.build(k, rows, force || !old.Split)
			changed = changed || put
			children = append(children, c)
			return err
		}
		left := append([]NodeKey(nil), b.below[key]...)
		sort.Slice(left, func(i, j int) bool { return before(left[i].Start, left[j].Start) })
		for len(rows) > 0 || len(left) > 0 {
			var k NodeKey
			n := 0
			if len(rows) > 0 {
				k = rows[0].key(key.Level + 1)
				n = sort.Search(len(rows), func(i int) bool { return rows[i].key(key.Level+1) != k })
			}
			if len(left) > 0 && (n == 0 || before(left[0].Start, k.Start)) {
				k, n = left[0], 0
			}
			if len(left) > 0 && left[0] == k {
				left = left[1:]
			}
			if err := add(k, rows[:n]); err != nil {
				return Node{}, false, err
			}
			rows = rows[n:]
		}
		if err := n.fillFrom(children, b.shapes); err != nil {
			return Node{}, false, err
		}
	} else {
		n.fill(leafGroups(b.shapes, rows))
	}
	same := old
	same.Rev = n.Rev
	if changed = force || changed || old.Rev == 0 || !reflect.DeepEqual(same, n); changed {
		b.puts[key.Level] = append(b.puts[key.Level], n)
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
			g.histograms[a.question].add(int(a.value), 1)
		}
	}
	return t.result()
}

// put stores the changed nodes, children before parents, each level in groups
// that share commits.
func (b *rebuild) put(ctx context.Context) error {
	for level := Part2; level >= Day; level-- {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(64)
		for _, n := range b.puts[level] {
			g.Go(func() error {
				err := b.r.Cells.Put(ctx, b.ws, b.survey, n, n.Rev-1)
				if err != nil && !errors.Is(err, context.Canceled) {
					return fmt.Errorf("storing the %s: %w", n.NodeKey, err)
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}
