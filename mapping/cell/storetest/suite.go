package storetest

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/mapping/cell"
	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

const day = 24 * 60 * 60 * 1000

func node(level cell.Level, at int64, prefix string, rev int64) cell.Node {
	return cell.Node{NodeKey: cell.NodeKey{Level: level, Start: responses.Key{At: at, ID: prefix}}, Rev: rev, Split: level == cell.Hour, Counted: 3, Last: at + 5,
		Groups: []cell.Group{
			{Version: 1, Segments: map[string]string{"state": "SP", "$where.a": "{\"$gt\": 1}\u00e9"}, Counted: 2, Suspects: 1, Last: at + 5,
				Histograms: map[string]map[int]int64{"sat": {1: 1, 5: 1}, "feel": {-2: 2}}},
			{Version: 2, Overflow: []string{"city", "state"}, Counted: 1, Last: at},
			{Version: 1 << 40, Suspects: 1 << 50},
		},
		Totals: []cell.Group{{Version: 1, Counted: 2, Suspects: 1, Last: at + 5, Histograms: map[string]map[int]int64{"sat": {1: 1, 5: 1}, "feel": {-2: 2}}}, {Version: 2, Counted: 1, Last: at}}}
}

// brief is a node without its groups.
func brief(n cell.Node) cell.Node {
	n.Groups = nil
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err error, k fault.Kind) {
	t.Helper()
	if !fault.Is(err, k) {
		t.Fatalf("got %v, want kind %d", err, k)
	}
}

// Run runs the suite; open gives an empty store.
func Run(t *testing.T, open func(t *testing.T) cell.Store) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	t.Run("a node comes back as it was put", func(t *testing.T) {
		s := open(t)
		for _, n := range []cell.Node{node(cell.Day, day, "", 1), node(cell.Part2, day, "rsp_a2", 1),
			{NodeKey: cell.NodeKey{Level: cell.Hour}, Rev: 1, Split: true, Open: true, Counted: 30000, Last: 7, Totals: []cell.Group{{Version: 3, Counted: 30000, Last: 7}}}} {
			must(t, s.Put(ctx, "w", "srv_a", n, 0))
			got, err := s.Node(ctx, "w", "srv_a", n.NodeKey)
			must(t, err)
			if !reflect.DeepEqual(got, n) {
				t.Errorf("got  %+v\nwant %+v", got, n)
			}
			next := cell.Node{NodeKey: n.NodeKey, Rev: 2}
			must(t, s.Put(ctx, "w", "srv_a", next, 1))
			if got, err = s.Node(ctx, "w", "srv_a", n.NodeKey); err != nil || !reflect.DeepEqual(got, next) {
				t.Errorf("after the second put: %+v, %v", got, err)
			}
		}
	})
	t.Run("an unknown node is the zero node", func(t *testing.T) {
		s := open(t)
		must(t, s.Put(ctx, "w", "srv_a", node(cell.Day, day, "", 1), 0))
		for _, k := range []cell.NodeKey{{Level: cell.Hour, Start: responses.Key{At: day}}, {Level: cell.Day}} {
			if got, err := s.Node(ctx, "w", "srv_a", k); err != nil || !reflect.DeepEqual(got, cell.Node{}) {
				t.Errorf("%v: %+v, %v", k, got, err)
			}
		}
	})
	t.Run("a put at another revision is stale and changes nothing", func(t *testing.T) {
		s := open(t)
		first := node(cell.Day, day, "", 1)
		want(t, s.Put(ctx, "w", "srv_a", node(cell.Day, day, "", 2), 1), fault.Stale)
		must(t, s.Put(ctx, "w", "srv_a", first, 0))
		want(t, s.Put(ctx, "w", "srv_a", cell.Node{NodeKey: first.NodeKey, Rev: 1}, 0), fault.Stale)
		want(t, s.Put(ctx, "w", "srv_a", cell.Node{NodeKey: first.NodeKey, Rev: 4}, 3), fault.Stale)
		if got, err := s.Node(ctx, "w", "srv_a", first.NodeKey); err != nil || !reflect.DeepEqual(got, first) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
	t.Run("of 16 racing puts one wins, the first and the later", func(t *testing.T) {
		s := open(t)
		for rev := range int64(2) {
			var won atomic.Int32
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					switch err := s.Put(ctx, "w", "srv_a", node(cell.Day, day, "", rev+1), rev); {
					case err == nil:
						won.Add(1)
					case !fault.Is(err, fault.Stale):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d won at revision %d", won.Load(), rev)
			}
		}
	})
	t.Run("a range is half-open, ordered, and of one level and survey", func(t *testing.T) {
		s := open(t)
		for _, n := range []cell.Node{node(cell.Day, 10*day, "", 1), node(cell.Day, 0, "", 1), node(cell.Day, 9*day, "", 1), node(cell.Day, 20000*day, "", 1),
			node(cell.Hour, 9*day, "", 1), node(cell.Part1, 9*day, "rsp_a", 1), node(cell.Part1, 9*day, "rsp_2", 1), node(cell.Part1, 9*day+1, "rsp_2", 1), node(cell.Part1, 9*day, "rsp_b", 1)} {
			must(t, s.Put(ctx, "w", "srv_a", n, 0))
		}
		must(t, s.Put(ctx, "w", "srv_b", node(cell.Day, 9*day, "", 1), 0))
		key := func(at int64, id string) responses.Key { return responses.Key{At: at, ID: id} }
		for _, c := range []struct {
			level    cell.Level
			from, to responses.Key
			want     []responses.Key
		}{
			{cell.Day, key(0, ""), key(10*day, ""), []responses.Key{key(0, ""), key(9*day, "")}},
			{cell.Day, key(1, ""), key(30000*day, ""), []responses.Key{key(9*day, ""), key(10*day, ""), key(20000*day, "")}},
			{cell.Day, key(9*day, ""), key(9*day, ""), nil},
			{cell.Part1, key(9*day, ""), key(9*day+1, ""), []responses.Key{key(9*day, "rsp_2"), key(9*day, "rsp_a"), key(9*day, "rsp_b")}},
			{cell.Part1, key(9*day, "rsp_a"), key(9*day, "rsp_b"), []responses.Key{key(9*day, "rsp_a")}},
		} {
			nodes, err := s.Nodes(ctx, "w", "srv_a", c.level, c.from, c.to)
			must(t, err)
			var got []responses.Key
			for _, n := range nodes {
				got = append(got, n.Start)
				if !reflect.DeepEqual(n, node(c.level, n.Start.At, n.Start.ID, 1)) {
					t.Errorf("%+v is not what was put", n)
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v [%v, %v): got %v, want %v", c.level, c.from, c.to, got, c.want)
			}
			totals, err := s.Totals(ctx, "w", "srv_a", c.level, c.from, c.to)
			must(t, err)
			for i := range nodes {
				nodes[i] = brief(nodes[i])
			}
			if !reflect.DeepEqual(totals, nodes) {
				t.Errorf("%v [%v, %v): the totals are\n%+v, want\n%+v", c.level, c.from, c.to, totals, nodes)
			}
			keys, err := s.Keys(ctx, "w", "srv_a", c.level, c.from, c.to)
			must(t, err)
			if len(keys) != len(nodes) {
				t.Errorf("%v [%v, %v): the keys are %v, want those of %v", c.level, c.from, c.to, keys, c.want)
				continue
			}
			for i, n := range nodes {
				if keys[i] != n.NodeKey {
					t.Errorf("%v [%v, %v): the keys are %v, want those of %v", c.level, c.from, c.to, keys, c.want)
				}
			}
		}
	})
	t.Run("the newest day is the last that counts a response", func(t *testing.T) {
		s := open(t)
		if last, err := s.Last(ctx, "w", "srv_a"); err != nil || last != 0 {
			t.Fatal(last, err)
		}
		must(t, s.Put(ctx, "w", "srv_a", node(cell.Day, day, "", 1), 0))
		must(t, s.Put(ctx, "w", "srv_a", node(cell.Day, 11*day, "", 1), 0))
		must(t, s.Put(ctx, "w", "srv_a", cell.Node{NodeKey: cell.NodeKey{Start: responses.Key{At: 300 * day}}, Rev: 1}, 0))
		must(t, s.Put(ctx, "w", "srv_a", node(cell.Hour, 400*day, "", 1), 0))
		if last, err := s.Last(ctx, "w", "srv_a"); err != nil || last != 11*day+5 {
			t.Fatal(last, err)
		}
	})
	t.Run("no method crosses a workspace or takes an empty one (attacks 34, 36)", func(t *testing.T) {
		s := open(t)
		n := node(cell.Day, day, "", 1)
		must(t, s.Put(ctx, "w", "srv_a", n, 0))
		for _, ws := range []ident.Workspace{"v", ""} {
			empty := ws == ""
			got, err := s.Node(ctx, ws, "srv_a", n.NodeKey)
			if (err != nil) != empty || got.Rev != 0 {
				t.Errorf("Node in %q: %+v, %v", ws, got, err)
			}
			list, err := s.Nodes(ctx, ws, "srv_a", cell.Day, responses.Key{}, responses.Key{At: 1 << 50})
			if (err != nil) != empty || len(list) != 0 {
				t.Errorf("Nodes in %q: %+v, %v", ws, list, err)
			}
			keys, err := s.Keys(ctx, ws, "srv_a", cell.Day, responses.Key{}, responses.Key{At: 1 << 50})
			if (err != nil) != empty || len(keys) != 0 {
				t.Errorf("Keys in %q: %+v, %v", ws, keys, err)
			}
			list, err = s.Totals(ctx, ws, "srv_a", cell.Day, responses.Key{}, responses.Key{At: 1 << 50})
			if (err != nil) != empty || len(list) != 0 {
				t.Errorf("Totals in %q: %+v, %v", ws, list, err)
			}
			last, err := s.Last(ctx, ws, "srv_a")
			if (err != nil) != empty || last != 0 {
				t.Errorf("Last in %q: %d, %v", ws, last, err)
			}
			kind := fault.Stale
			if empty {
				kind = fault.Internal
			}
			want(t, s.Put(ctx, ws, "srv_a", node(cell.Day, day, "", 2), 1), kind)
		}
		must(t, s.Put(ctx, "v", "srv_a", n, 0))
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, stop := context.WithCancel(ctx)
		stop()
		n := node(cell.Day, day, "", 1)
		if s.Put(ended, "w", "srv_a", n, 0) == nil {
			t.Fatal("no error")
		}
		if got, err := s.Node(ctx, "w", "srv_a", n.NodeKey); err != nil || got.Rev != 0 {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}
