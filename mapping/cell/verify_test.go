package cell_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"waymark/mapping/cell"
	"waymark/responses"
	"waymark/surveys/when"
)

// filled has a dense minute, one crowded instant and a sparse year, rolled up.
func filled(t testing.TB) *fixture {
	f := newFixture(t)
	r := rand.New(rand.NewPCG(7, 7))
	var rs []responses.Response
	for i := range int64(4000) {
		rs = append(rs, f.response(r, epoch+i*9))
	}
	for range 2300 {
		rs = append(rs, f.response(r, epoch+day))
	}
	for i := range int64(52) {
		rs = append(rs, f.response(r, epoch+7*i*day+12345))
	}
	f.insert(rs)
	f.rollUp()
	return f
}

func TestVerifyFindsATamperedCellAndRebuildMendsIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		level  cell.Level
		tamper func(n *cell.Node)
		says   string
	}{
		{"one answer moved within a histogram", cell.Second, func(n *cell.Node) {
			h := n.Groups[0].Histograms["sat"]
			for a := range h {
				h[a]--
				h[a%5+1]++
				break
			}
		}, "second"},
		{"one response too many", cell.Day, func(n *cell.Node) { n.Groups[0].Counted++; n.Counted++ }, "day"},
		{"a suspect left out", cell.Part1, func(n *cell.Node) {
			for i := range n.Groups {
				n.Groups[i].Suspects = 0
			}
		}, "part"},
		{"the newest instant", cell.Hour, func(n *cell.Node) { n.Last++ }, "hour"},
		{"groups emptied and called open", cell.Minute, func(n *cell.Node) { n.Open, n.Groups = true, nil }, "minute"},
		{"a segment value renamed", cell.Millisecond, func(n *cell.Node) {
			for i := range n.Groups {
				if _, ok := n.Groups[i].Segments["state"]; ok {
					n.Groups[i].Segments["state"] = "XX"
				}
			}
		}, "millisecond"},
	} {
		for _, hold := range []int{0, 2100} { // the day in one scan, and part by part
			t.Run(fmt.Sprintf("%s, holding %d", c.name, hold), func(t *testing.T) {
				f := filled(t)
				f.roller.Hold(hold)
				f.checkVerified()
				nodes, err := f.cells.Nodes(f.ctx, ws, survey, c.level, responses.Key{}, responses.Key{At: 1 << 50})
				must(t, err)
				n := nodes[0]
				rev := n.Rev
				n.Rev++
				c.tamper(&n)
				must(t, f.cells.Put(f.ctx, ws, survey, n, rev))
				rep, err := f.roller.Verify(f.ctx, ws, survey)
				must(t, err)
				if !strings.Contains(fmt.Sprint(rep.Differences), c.says+" ") {
					t.Fatalf("verify found %q", rep.Differences)
				}
				must(t, f.roller.Rebuild(f.ctx, ws, survey, nil))
				f.checkVerified()
			})
		}
	}
}

func TestVerifyFindsAMissingDayAndASuperfluousOne(t *testing.T) {
	f := filled(t)
	r := rand.New(rand.NewPCG(8, 8))
	x := f.response(r, epoch-100*day)
	x.Status, x.Marks = responses.Counted, nil // as if its mark had been lost
	f.insert([]responses.Response{x})
	n := cell.Node{NodeKey: cell.NodeKey{Start: responses.Key{At: epoch - 200*day}}, Rev: 1, Counted: 1, Groups: []cell.Group{{Version: 1, Counted: 1}}}
	must(t, f.cells.Put(f.ctx, ws, survey, n, 0))
	rep, err := f.roller.Verify(f.ctx, ws, survey)
	must(t, err)
	all := strings.Join(rep.Differences, "\n")
	if !strings.Contains(all, "is missing") || !strings.Contains(all, fmt.Sprintf("day %s", when.Milli(epoch-200*day))) {
		t.Fatal(all)
	}
	must(t, f.roller.Rebuild(f.ctx, ws, survey, nil))
	f.checkVerified()
}

func TestRebuildMakesEveryCellFromNothing(t *testing.T) {
	f := filled(t)
	for _, hold := range []int{0, 2100, 500} {
		t.Run(fmt.Sprint("holding ", hold), func(t *testing.T) { fromNothing(t, f, hold) })
	}
}

func fromNothing(t *testing.T, f *fixture, hold int) {
	empty := newFixture(t) // the same responses, no cells
	empty.roller.Hold(hold)
	var rs []responses.Response
	must(t, f.store.Each(f.ctx, ws, responses.Filter{Survey: survey}, func(x responses.Response) error {
		x.Marks = nil
		rs = append(rs, x)
		return nil
	}))
	empty.insert(rs)
	var last int64
	must(t, empty.roller.Rebuild(f.ctx, ws, survey, func(done int64) {
		if done < last {
			t.Errorf("progress fell from %d to %d", last, done)
		}
		last = done
	}))
	if last < 5500 { // partial ones are not counted
		t.Errorf("progress ended at %d", last)
	}
	empty.checkVerified()
	for level := cell.Day; level <= cell.Part2; level++ {
		a, err := f.cells.Nodes(f.ctx, ws, survey, level, responses.Key{}, responses.Key{At: 1 << 50})
		must(t, err)
		b, err := empty.cells.Nodes(f.ctx, ws, survey, level, responses.Key{}, responses.Key{At: 1 << 50})
		must(t, err)
		// A roll-up leaves an empty node where only partial responses were.
		a = slices.DeleteFunc(a, func(n cell.Node) bool { return !n.Split && len(n.Groups) == 0 })
		if len(a) != len(b) {
			t.Fatalf("%v: rolled up %d nodes, rebuilt %d", level, len(a), len(b))
		}
		for i := range a {
			a[i].Rev, b[i].Rev = 0, 0
			if fmt.Sprint(a[i]) != fmt.Sprint(b[i]) {
				t.Errorf("rolled up %+v\nrebuilt %+v", a[i], b[i])
			}
		}
	}
	if n, err := empty.roller.Last(f.ctx, ws, survey); err != nil || n < epoch+300*day {
		t.Errorf("the newest answer is of %d, %v", n, err)
	}
}

func TestVerifyAndRebuildWorkBesideARunningServer(t *testing.T) {
	f := filled(t)
	other := *f.roller // Hold is set below
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		r := rand.New(rand.NewPCG(9, 9))
		var mine []string
		for {
			select {
			case <-stop:
				return
			default:
			}
			mutate(f.ctx, t, f.store, r, &mine, func(at int64) responses.Response { return f.response(r, at) },
				func() int64 { return epoch + r.Int64N(400*day) })
			if _, err := other.RollUp(f.ctx, ws, survey); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for _, hold := range []int{0, 2100} {
		f.roller.Hold(hold)
		if err := f.roller.Rebuild(f.ctx, ws, survey, nil); err != nil {
			t.Error(err)
		}
		rep, err := f.roller.Verify(f.ctx, ws, survey)
		if err != nil || len(rep.Differences) > 0 {
			t.Errorf("%.3q, %v", rep.Differences, err)
		}
	}
	close(stop)
	wg.Wait()
	f.rollUp()
	f.checkVerified()
}

func BenchmarkRebuild(b *testing.B) {
	const n = 200_000
	for _, order := range []string{"arrived in order", "arrived shuffled"} {
		b.Run(order, func(b *testing.B) {
			f := newFixture(b)
			r := rand.New(rand.NewPCG(10, 10))
			instants := make([]int64, n)
			for i := range instants {
				instants[i] = epoch + r.Int64N(90*day)
			}
			if order == "arrived in order" {
				slices.Sort(instants)
			}
			var rs []responses.Response
			for _, at := range instants {
				x := f.response(r, at)
				x.Marks = nil
				rs = append(rs, x)
			}
			f.insert(rs)
			for b.Loop() {
				must(b, f.roller.Rebuild(f.ctx, ws, survey, nil))
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "responses/s")
		})
	}
}
