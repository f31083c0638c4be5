package cell_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"waymark/mapping/cell"
	"waymark/responses"
	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

func TestCellsFollowTheDensityOfTheAnswers(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(1, 1))
	var rs []responses.Response
	for i := range int64(5000) { // a burst within one minute
		rs = append(rs, f.response(r, epoch+3*3600000+i*11))
	}
	for range 2500 { // an import that puts all on one instant
		rs = append(rs, f.response(r, epoch+day))
	}
	for i := range int64(30) { // one a week
		rs = append(rs, f.response(r, epoch+7*i*day+12345))
	}
	f.insert(rs)
	f.rollUp()
	f.checkVerified()
	for _, c := range []struct {
		level cell.Level
		split int
	}{{cell.Day, 2}, {cell.Hour, 2}, {cell.Minute, 2}, {cell.Second, 1}, {cell.Millisecond, 1}, {cell.Part1, 0}} {
		nodes, err := f.cells.Nodes(f.ctx, ws, survey, c.level, responses.Key{}, responses.Key{At: 1 << 50})
		must(t, err)
		split := 0
		for _, n := range nodes {
			if n.Split {
				split++
			}
		}
		if split != c.split {
			t.Errorf("%d of %d nodes of level %v are split, want %d", split, len(nodes), c.level, c.split)
		}
	}
	if marks, err := f.store.Marks(f.ctx, ws, survey, 1); err != nil || len(marks) > 0 {
		t.Errorf("marks are left: %v, %v", marks, err)
	}
}

func TestAPropertyWithTooManyValuesOverflows(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(2, 2))
	var rs []responses.Response
	for i := range 450 { // 150 values on each of three days: each keeps its values, the window has too many
		x := f.response(r, epoch+int64(i%3)*day+int64(i))
		x.Version, x.Status = 2, responses.Counted
		x.Properties["city"] = fmt.Sprintf("city %d", i)
		rs = append(rs, x)
	}
	f.insert(rs)
	f.rollUp()
	f.checkVerified()
	overflown := func(from, to int64) bool {
		groups, err := f.roller.Window(f.ctx, ws, survey, when.Milli(from), when.Milli(to))
		must(t, err)
		for _, g := range groups {
			if reflect.DeepEqual(g.Overflow, []string{"city"}) {
				return true
			}
		}
		return false
	}
	if overflown(epoch, epoch+day) || !overflown(epoch, epoch+2*day) {
		t.Error("a window has Overflow not exactly where a property has more than 200 values in it")
	}
}

func TestADayWithMoreGroupsThanANodeHoldsIsReadFromItsParts(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(3, 3))
	var rs []responses.Response
	for i := range 9000 { // every one a combination of its own
		o := f.response(r, epoch+int64(i)*day/9000)
		o.Version, o.Status = 2, responses.Counted
		o.Properties = map[string]string{"state": fmt.Sprint("state ", i%90), "city": fmt.Sprint("city ", i/90)}
		rs = append(rs, o)
	}
	f.insert(rs)
	f.rollUp()
	n, err := f.cells.Node(f.ctx, ws, survey, cell.NodeKey{Level: cell.Day, Start: responses.Key{At: epoch}})
	must(t, err)
	if !n.Open || len(n.Groups) != 0 || n.Counted != 9000 {
		t.Fatalf("the day is open %v, with %d groups, and counts %d", n.Open, len(n.Groups), n.Counted)
	}
	groups, err := f.roller.Window(f.ctx, ws, survey, when.Milli(0), when.Milli(epoch+2*day))
	must(t, err)
	if len(groups) != 9000 {
		t.Fatalf("a window over the day has %d groups", len(groups))
	}
	totals, err := f.roller.Totals(f.ctx, ws, survey, when.Milli(0), when.Milli(epoch+2*day))
	must(t, err)
	if len(totals) != 1 || totals[0].Counted != 9000 || totals[0].Segments != nil {
		t.Fatalf("in total it is %+v", totals)
	}
	f.checkVerified()
}

// looked notes which nodes are read with their groups.
type looked struct {
	cell.Store
	groups int
}

func (l *looked) Nodes(ctx context.Context, w ident.Workspace, s string, level cell.Level, from, to responses.Key) ([]cell.Node, error) {
	nodes, err := l.Store.Nodes(ctx, w, s, level, from, to)
	for _, n := range nodes {
		l.groups += len(n.Groups)
	}
	return nodes, err
}

func (l *looked) Totals(ctx context.Context, w ident.Workspace, s string, level cell.Level, from, to responses.Key) ([]cell.Node, error) {
	nodes, err := l.Store.Totals(ctx, w, s, level, from, to)
	for _, n := range nodes {
		l.groups += len(n.Groups)
	}
	return nodes, err
}

func TestTotalsAreReadWithoutTheSegmentsAndAreTheirSum(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(4, 4))
	var rs []responses.Response
	for i := range int64(4000) {
		rs = append(rs, f.response(r, epoch+i*day/700))
	}
	f.insert(rs)
	f.rollUp()
	check := func(mayReadGroups bool) {
		t.Helper()
		l := &looked{Store: f.cells}
		roller := &cell.Roller{Cells: l, Responses: f.store, Versions: versions{}}
		for _, w := range [][2]int64{{0, epoch + 30*day}, {epoch + 1, epoch + 3*day + 5}, {epoch + day/2, epoch + day/2 + 3000}} {
			apart, err := f.roller.Window(f.ctx, ws, survey, when.Milli(w[0]), when.Milli(w[1]))
			must(t, err)
			totals, err := roller.Totals(f.ctx, ws, survey, when.Milli(w[0]), when.Milli(w[1]))
			must(t, err)
			var want, got int64
			for _, g := range apart {
				want += g.Counted*1_000_000 + g.Suspects + g.Histograms["sat"][5]
			}
			for _, g := range totals {
				got += g.Counted*1_000_000 + g.Suspects + g.Histograms["sat"][5]
				if g.Segments != nil || g.Overflow != nil {
					t.Errorf("%+v has segments", g)
				}
			}
			if got != want || len(totals) > 2 {
				t.Errorf("%v: in total %d in %d groups, want %d", w, got, len(totals), want)
			}
		}
		if (l.groups > 0) != mayReadGroups {
			t.Errorf("%d groups were read", l.groups)
		}
	}
	check(false)
	// As a store of an earlier version has them: without totals.
	must(t, f.engine.Write(f.ctx, func(tx *engine.Tx) error { _, err := tx.Exec("UPDATE cells SET totals = NULL"); return err }))
	check(true)
	f.checkVerified()
	must(t, f.roller.Rebuild(f.ctx, ws, survey, nil))
	check(false)
	f.checkVerified()
}

func TestEdgesReadFewRowsHoweverDenseTheAnswers(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(3, 3))
	var rs []responses.Response
	for i := range int64(20000) { // 1,000 a second
		rs = append(rs, f.response(r, epoch+i))
	}
	for i := range int64(20) {
		rs = append(rs, f.response(r, epoch-7*i*day-1))
	}
	f.insert(rs)
	f.rollUp()
	c := &counter{Store: f.store}
	f.roller.Responses = c
	for range 200 {
		from := epoch - 150*day + r.Int64N(150*day)
		to := epoch + r.Int64N(20001)
		c.rows = 0
		groups, err := f.roller.Window(f.ctx, ws, survey, when.Milli(from), when.Milli(to))
		must(t, err)
		if len(groups) == 0 && to > epoch+100 || c.rows > 2*cell.MaxLeaf {
			t.Fatalf("[%d, %d): %d groups, %d rows read", from, to, len(groups), c.rows)
		}
	}
	// One more answer into the dense second costs the second, not the day.
	f.insert([]responses.Response{f.response(r, epoch+7007)})
	c.rows = 0
	f.rollUp()
	if c.rows > cell.MaxLeaf+1 {
		t.Errorf("rolling up one answer read %d rows", c.rows)
	}
}

func TestAWindowThatEndsNowNeverFallsBack(t *testing.T) {
	f := newFixture(t)
	var rs []responses.Response
	add := func(from, to int64) {
		rs = rs[:0]
		for ; from < to; from++ {
			x := f.response(rand.New(rand.NewPCG(5, uint64(from))), epoch+from)
			x.Status = responses.Counted
			rs = append(rs, x)
		}
		f.insert(rs)
	}
	count := func(to int64) (n int64, rows int) {
		c := &counter{Store: f.store}
		f.roller.Responses = c
		groups, err := f.roller.Window(f.ctx, ws, survey, when.Milli(epoch-90*day), when.Milli(epoch+to))
		must(t, err)
		for _, g := range groups {
			n += g.Counted
		}
		return n, c.rows
	}
	add(0, 6500) // seconds 0 to 6, the last of them half
	f.rollUp()
	add(6500, 6900) // not rolled up yet
	for to := int64(6501); to < 90_000; to += 83 {
		if n, rows := count(to); n != 6500 || rows > 0 {
			t.Fatalf("up to %d ms: %d answers, %d rows read", to, n, rows)
		}
	}
	if n, _ := count(6300); n != 6300 {
		t.Errorf("%d answers in a window that cuts a second", n)
	}
	f.rollUp()
	if n, rows := count(6901); n != 6900 || rows > 0 {
		t.Errorf("%d answers after the roll-up, %d rows read", n, rows)
	}
}

// mutate inserts, moves, deletes and re-states responses at random.
func mutate(ctx context.Context, t testing.TB, store responses.Store, r *rand.Rand, mine *[]string, next func(at int64) responses.Response, instant func() int64) {
	switch n := r.IntN(10); {
	case n < 6 || len(*mine) == 0:
		var rs []responses.Response
		for range 1 + r.IntN(60) {
			x := next(instant())
			rs = append(rs, x)
			*mine = append(*mine, x.ID)
		}
		_, err := store.InsertMany(ctx, ws, rs)
		if err != nil {
			t.Error(err)
		}
	default:
		i := r.IntN(len(*mine))
		old, err := store.Get(ctx, ws, (*mine)[i])
		if err != nil {
			t.Error(err)
			return
		}
		x := old
		x.Rev++
		x.Marks = append([]int64(nil), old.Marks...)
		x.Marks = append(x.Marks, old.OccurredAt.Milli())
		switch n {
		case 6:
			x = old.Tombstone(when.Milli(epoch))
			*mine = append((*mine)[:i], (*mine)[i+1:]...)
		case 7:
			x.OccurredAt = when.Milli(instant())
			x.Marks = append(x.Marks, x.OccurredAt.Milli())
		default:
			x.Status = []responses.Status{responses.Counted, responses.Suspect}[r.IntN(2)]
		}
		// A roller may clear marks meanwhile, which does not raise the revision.
		if err := store.Replace(ctx, ws, x, old.Rev); err != nil && !fault.Is(err, fault.Stale) {
			t.Error(err)
		}
	}
}

func TestRacingRollersAndWritersLeaveTheTruth(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			f := newFixture(t)
			var seqs sync.Mutex
			stop := make(chan struct{})
			var writers, rollers sync.WaitGroup
			for w := range uint64(4) {
				writers.Go(func() {
					r := rand.New(rand.NewPCG(seed, w))
					var mine []string
					for range 60 {
						mutate(f.ctx, t, f.store, r, &mine, func(at int64) responses.Response {
							seqs.Lock()
							defer seqs.Unlock()
							return f.response(r, at)
						}, func() int64 {
							if r.IntN(4) == 0 {
								return epoch + r.Int64N(3*day)
							}
							return epoch + r.Int64N(2) // two instants that split to the parts
						})
					}
				})
			}
			for range 3 {
				rollers.Go(func() {
					for {
						if _, err := f.roller.RollUp(f.ctx, ws, survey); err != nil {
							t.Error(err)
							return
						}
						select {
						case <-stop:
							return
						default:
						}
					}
				})
			}
			writers.Wait()
			close(stop)
			rollers.Wait()
			f.rollUp()
			f.checkVerified()
			oracle(t, f, rand.New(rand.NewPCG(seed, 99)))
		})
	}
}

// oracle compares random windows with counting in the test itself.
func oracle(t *testing.T, f *fixture, r *rand.Rand) {
	t.Helper()
	for range 30 {
		from := epoch - 5 + r.Int64N(3*day)
		if r.IntN(2) == 0 {
			from = epoch + r.Int64N(3)
		}
		to := from + r.Int64N(3*day)
		var counted, suspects, sat, last int64
		lo, hi := when.Milli(from), when.Milli(to)
		must(t, f.store.Each(f.ctx, ws, responses.Filter{Survey: survey, From: &lo, To: &hi}, func(x responses.Response) error {
			switch x.Status {
			case responses.Suspect:
				suspects++
			case responses.Counted:
				counted++
				last = max(last, x.OccurredAt.Milli())
				if len(x.Answers) > 2 {
					sat += int64(x.Answers[len(`{"sat":`)] - '0')
				}
			}
			return nil
		}))
		groups, err := f.roller.Window(f.ctx, ws, survey, lo, hi)
		must(t, err)
		var c, s, q, l int64
		for _, g := range groups {
			c, s, l = c+g.Counted, s+g.Suspects, max(l, g.Last)
			for a, n := range g.Histograms["sat"] {
				q += int64(a) * n
			}
		}
		if c != counted || s != suspects || q != sat || l != last {
			t.Fatalf("[%d, %d): window %d %d %d %d, counted %d %d %d %d", from, to, c, s, q, l, counted, suspects, sat, last)
		}
	}
}

// errCrash stands for the end of the process between two steps.
var errCrash = errors.New("crashed")

// crasher fails the n-th step and every later one, before or after it was done.
type crasher struct {
	mu   sync.Mutex
	left int
	done bool // the step that fails is done all the same
}

func (c *crasher) step(do func() error) error {
	c.mu.Lock()
	c.left--
	left := c.left
	c.mu.Unlock()
	switch {
	case left > 0:
		return do()
	case left == 0 && c.done:
		_ = do()
	}
	return errCrash
}

type crashingCells struct {
	cell.Store
	c *crasher
}

func (s crashingCells) Put(ctx context.Context, w ident.Workspace, survey string, n cell.Node, rev int64) error {
	return s.c.step(func() error { return s.Store.Put(ctx, w, survey, n, rev) })
}

type crashingResponses struct {
	responses.Store
	c *crasher
}

func (s crashingResponses) Clear(ctx context.Context, w ident.Workspace, survey string, ms []responses.Mark) error {
	return s.c.step(func() error { return s.Store.Clear(ctx, w, survey, ms) })
}

// everyVersion publishes every number.
type everyVersion struct{}

func (everyVersion) Version(_ context.Context, _ ident.Workspace, s string, n int64) (surveys.Version, error) {
	return surveys.Version{Survey: s, Number: n, Series: []surveys.Series{{Question: "sat"}}}, nil
}

func TestADayOfMoreVersionsThanANodeHasTotalsOf(t *testing.T) {
	f := newFixture(t)
	f.roller.Versions = everyVersion{}
	r := rand.New(rand.NewPCG(7, 7))
	var rs []responses.Response
	for i := range int64(cell.MaxTotals + 1) {
		x := f.response(r, epoch+i)
		x.Version, x.Status = i+1, responses.Counted
		rs = append(rs, x)
	}
	for _, n := range []int{cell.MaxTotals, 1} {
		f.insert(rs[:n])
		rs = rs[n:]
		f.rollUp()
		totals, err := f.roller.Totals(f.ctx, ws, survey, when.Milli(0), when.Milli(epoch+day))
		must(t, err)
		nodes, err := f.cells.Nodes(f.ctx, ws, survey, cell.Day, responses.Key{}, responses.Key{At: epoch + day})
		must(t, err)
		if want := cell.MaxTotals + 1 - len(rs); len(totals) != want || nodes[0].Counted != int64(want) || len(rs) == 0 && nodes[0].Totals != nil {
			t.Errorf("%d totals and %d counted of %d; the node has %d", len(totals), nodes[0].Counted, want, len(nodes[0].Totals))
		}
		f.checkVerified()
	}
}

// pouring stores another answer whenever marks are cleared.
type pouring struct {
	responses.Store
	pour func()
	left int
}

func (p *pouring) Clear(ctx context.Context, w ident.Workspace, survey string, ms []responses.Mark) error {
	if p.left--; p.left == 0 {
		return errors.New("a roll-up that does not end")
	}
	p.pour()
	return p.Store.Clear(ctx, w, survey, ms)
}

func TestRollUpAndVerifyEndBesideAnswersThatNeverPause(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(6, 6))
	next := epoch
	pour := func() {
		next += day / 10
		f.insert([]responses.Response{f.response(r, next)})
	}
	for range 50 {
		pour()
	}
	before := next
	roller := &cell.Roller{Cells: f.cells, Responses: &pouring{Store: f.store, pour: pour, left: 2}, Versions: versions{}}
	n, err := roller.RollUp(f.ctx, ws, survey)
	if err != nil || n != 50 {
		t.Errorf("cleared %d marks of 50, %v", n, err)
	}
	marks, err := f.store.Marks(f.ctx, ws, survey, 100)
	if err != nil || len(marks) != 1 || marks[0].At[0] <= before {
		t.Errorf("left %+v, %v", marks, err)
	}
	roller.Responses = &pouring{Store: f.store, pour: pour, left: 10_000}
	rep, err := roller.Verify(f.ctx, ws, survey)
	if err != nil || len(rep.Differences) > 0 || rep.Compared == 0 {
		t.Errorf("%+v, %v", rep, err)
	}
	f.rollUp()
	f.checkVerified()
}

func TestACrashBetweenAnyTwoStepsLosesNothing(t *testing.T) {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(5, 5))
	var mine []string
	crashes := 0
	for round := range 60 {
		for range 6 {
			mutate(f.ctx, t, f.store, r, &mine, func(at int64) responses.Response { return f.response(r, at) }, func() int64 {
				if r.IntN(3) == 0 {
					return epoch + r.Int64N(3*day)
				}
				return epoch + 500
			})
		}
		c := &crasher{left: 1 + r.IntN(40), done: round%2 == 0}
		broken := &cell.Roller{Cells: crashingCells{f.cells, c}, Responses: crashingResponses{f.store, c}, Versions: versions{}}
		if _, err := broken.RollUp(f.ctx, ws, survey); errors.Is(err, errCrash) {
			crashes++
		} else if err != nil {
			t.Fatal(err)
		}
		if round%10 == 9 {
			f.rollUp()
			f.checkVerified()
		}
	}
	if crashes < 10 {
		t.Errorf("only %d roll-ups crashed", crashes)
	}
}
