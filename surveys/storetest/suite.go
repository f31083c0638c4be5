package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) surveys.Store) {
	ctx := context.Background()
	rec := func(id string, seq int64) surveys.Record {
		return surveys.Record{ID: id, Rev: 1, Seq: seq, Status: surveys.Draft, Version: 1,
			Binding: surveys.Binding{Map: "map_1", Stage: "delivery", Touchpoint: "courier"}, Draft: []byte(`{"title":"Ä 漢字 \u2028 🙂"}`),
			CreatedAt: when.Milli(1), UpdatedAt: when.Milli(2), UpdatedBy: "k"}
	}
	version := func(id string, n int64) *surveys.Version {
		return &surveys.Version{Survey: id, Number: n, Document: []byte(`{"a":1}`), Binding: surveys.Binding{Map: "map_2", Stage: "s"},
			Segments: []string{"state"}, Series: []surveys.Series{{ID: "ser_1", Question: "sat", Metric: "csat", Title: "T"}}, PublishedAt: when.Milli(9), PublishedBy: "p"}
	}
	want := func(t *testing.T, err error, kind fault.Kind) {
		t.Helper()
		if err == nil || fault.KindOf(err) != kind {
			t.Fatalf("got %v, want kind %v", err, kind)
		}
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	t.Run("what was stored comes back whole", func(t *testing.T) {
		s := open(t)
		r := rec("srv_a", 1)
		r.Current = version("srv_a", 1)
		r.Draft = []byte(strings.Repeat("x", 1<<20))
		must(t, s.Create(ctx, "w", r))
		got, err := s.Get(ctx, "w", "srv_a")
		must(t, err)
		if !reflect.DeepEqual(got, r) {
			t.Fatalf("got %+v\nwant %+v", got, r)
		}
		h, err := s.Head(ctx, "w", "srv_a")
		must(t, err)
		if h != (surveys.Head{Rev: 1, Status: surveys.Draft, Current: 1}) {
			t.Fatalf("%+v", h)
		}
		want(t, s.Create(ctx, "w", r), fault.Conflict)
	})
	t.Run("no method crosses a workspace or takes an empty one (attacks 34, 36)", func(t *testing.T) {
		s := open(t)
		r := rec("srv_a", 1)
		must(t, s.Create(ctx, "w", r))
		must(t, s.Archive(ctx, "w", *version("srv_a", 1)))
		for _, ws := range []ident.Workspace{"v", ""} {
			kind := fault.NotFound
			if ws == "" {
				kind = fault.Internal
			}
			_, err := s.Get(ctx, ws, "srv_a")
			want(t, err, kind)
			_, err = s.Head(ctx, ws, "srv_a")
			want(t, err, kind)
			next := r
			next.Rev = 2
			want(t, s.Replace(ctx, ws, next, 1), kind)
			want(t, s.Delete(ctx, ws, "srv_a", 1), kind)
			_, err = s.Archived(ctx, ws, "srv_a", 1)
			want(t, err, kind)
			vs, err := s.ArchivedAll(ctx, ws, "srv_a")
			if (err != nil) != (ws == "") || len(vs) != 0 {
				t.Fatal("ArchivedAll crossed", vs, err)
			}
			rs, _, err := s.List(ctx, ws, surveys.Filter{}, ident.Page{Limit: 9})
			if (err != nil) != (ws == "") || len(rs) != 0 {
				t.Fatal("List crossed", rs, err)
			}
			of, err := s.OfMap(ctx, ws, "map_1")
			if (err != nil) != (ws == "") || len(of) != 0 {
				t.Fatal("OfMap crossed", of, err)
			}
		}
		must(t, s.Create(ctx, "v", r)) // the same id in another workspace is another survey
		want(t, s.Create(ctx, "", r), fault.Internal)
		want(t, s.Archive(ctx, "", *version("srv_a", 1)), fault.Internal)
	})
	t.Run("of 16 racing changes one wins", func(t *testing.T) {
		s := open(t)
		must(t, s.Create(ctx, "w", rec("srv_a", 1)))
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				r := rec("srv_a", 1)
				r.Rev, r.UpdatedBy = 2, fmt.Sprint(i)
				switch err := s.Replace(ctx, "w", r, 1); {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Stale):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d won", won.Load())
		}
		want(t, s.Delete(ctx, "w", "srv_a", 1), fault.Stale)
		must(t, s.Delete(ctx, "w", "srv_a", 2))
		want(t, s.Delete(ctx, "w", "srv_a", 2), fault.NotFound)
	})
	t.Run("an archived version never changes", func(t *testing.T) {
		s := open(t)
		for _, n := range []int64{10, 9, 2} {
			must(t, s.Archive(ctx, "w", *version("srv_a", n)))
		}
		other := version("srv_a", 9)
		other.Document = []byte(`{}`)
		must(t, s.Archive(ctx, "w", *other))
		v, err := s.Archived(ctx, "w", "srv_a", 9)
		must(t, err)
		if !reflect.DeepEqual(v, *version("srv_a", 9)) {
			t.Fatalf("%+v", v)
		}
		vs, err := s.ArchivedAll(ctx, "w", "srv_a")
		must(t, err)
		if len(vs) != 3 || vs[0].Number != 2 || vs[2].Number != 10 {
			t.Fatalf("%+v", vs)
		}
	})
	t.Run("a list is newest first and its cursor stable while surveys are added", func(t *testing.T) {
		s := open(t)
		for i := range 7 {
			must(t, s.Create(ctx, "w", rec(fmt.Sprintf("srv_%d", i), int64(10+i/2)))) // equal seqs too
		}
		var got []string
		var cur ident.Cursor
		for page := 0; ; page++ {
			rs, next, err := s.List(ctx, "w", surveys.Filter{}, ident.Page{Limit: 2, Cursor: cur})
			must(t, err)
			for _, r := range rs {
				got = append(got, r.ID)
			}
			must(t, s.Create(ctx, "w", rec(fmt.Sprintf("srv_new%d", page), int64(100+page))))
			if next.Zero() {
				break
			}
			cur = next
		}
		if w := "srv_6 srv_5 srv_4 srv_3 srv_2 srv_1 srv_0"; strings.Join(got, " ") != w {
			t.Fatalf("got %v, want %s", got, w)
		}
	})
	t.Run("filters narrow by map, stage and what is shown", func(t *testing.T) {
		s := open(t)
		draft := rec("srv_draft", 1)
		open1 := rec("srv_open", 2)
		open1.Status, open1.Draft, open1.Current = surveys.Published, nil, version("srv_open", 1)
		edited := rec("srv_edited", 3)
		edited.Status, edited.Current, edited.Stage = surveys.Published, version("srv_edited", 1), "order"
		closed := rec("srv_closed", 4)
		closed.Status, closed.Map = surveys.Closed, "map_3"
		for _, r := range []surveys.Record{draft, open1, edited, closed} {
			must(t, s.Create(ctx, "w", r))
		}
		for want, f := range map[string]surveys.Filter{
			"srv_edited srv_draft":          {Status: surveys.Draft},
			"srv_open":                      {Status: surveys.Published},
			"srv_closed":                    {Status: surveys.Closed},
			"srv_edited":                    {Map: "map_1", Stage: "order"},
			"srv_edited srv_open srv_draft": {Map: "map_1"},
			"":                              {Map: "$ne"},
		} {
			rs, _, err := s.List(ctx, "w", f, ident.Page{Limit: 9})
			must(t, err)
			var ids []string
			for _, r := range rs {
				ids = append(ids, r.ID)
			}
			if strings.Join(ids, " ") != want {
				t.Errorf("%+v: got %v, want %s", f, ids, want)
			}
		}
		rs, err := s.OfMap(ctx, "w", "map_2")
		must(t, err)
		bound := surveys.Binding{Map: "map_1", Stage: "delivery", Touchpoint: "courier"}
		if want := []surveys.Outline{{ID: "srv_edited", Binding: surveys.Binding{Map: "map_1", Stage: "order", Touchpoint: "courier"}, Current: 1},
			{ID: "srv_open", Binding: bound, Current: 1}}; !reflect.DeepEqual(rs, want) {
			t.Fatalf("got %+v, want %+v", rs, want)
		}
		rs, err = s.OfMap(ctx, "w", "map_3")
		must(t, err)
		if bound.Map = "map_3"; len(rs) != 1 || rs[0] != (surveys.Outline{ID: "srv_closed", Binding: bound}) {
			t.Fatalf("%+v", rs)
		}
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		must(t, s.Create(ctx, "w", rec("srv_kept", 1)))
		next := rec("srv_kept", 1)
		next.Rev = 2
		for name, call := range map[string]func() error{
			"Create":      func() error { return s.Create(ended, "w", rec("srv_a", 1)) },
			"Get":         func() error { _, err := s.Get(ended, "w", "srv_kept"); return err },
			"Head":        func() error { _, err := s.Head(ended, "w", "srv_kept"); return err },
			"Replace":     func() error { return s.Replace(ended, "w", next, 1) },
			"Delete":      func() error { return s.Delete(ended, "w", "srv_kept", 1) },
			"Archive":     func() error { return s.Archive(ended, "w", *version("srv_kept", 1)) },
			"Archived":    func() error { _, err := s.Archived(ended, "w", "srv_kept", 1); return err },
			"ArchivedAll": func() error { _, err := s.ArchivedAll(ended, "w", "srv_kept"); return err },
			"List":        func() error { _, _, err := s.List(ended, "w", surveys.Filter{}, ident.Page{Limit: 9}); return err },
			"OfMap":       func() error { _, err := s.OfMap(ended, "w", "map_1"); return err },
		} {
			if err := call(); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s: got %v, want unavailable", name, err)
			}
		}
		if h, err := s.Head(ctx, "w", "srv_kept"); err != nil || h.Rev != 1 {
			t.Errorf("%+v %v", h, err)
		}
		_, err := s.Get(ctx, "w", "srv_a")
		want(t, err, fault.NotFound)
	})
}
