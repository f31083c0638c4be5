package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/mapping"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

func want(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Fatalf("got %v, want kind %v", err, kind)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) mapping.Store) {
	ctx := context.Background()
	rec := func(id string, seq int64) mapping.Record {
		return mapping.Record{ID: id, Version: 1, Seq: seq, Document: []byte(`{"title":"漢字 ]]> 🙂"}`), CreatedAt: when.Milli(1), UpdatedAt: when.Milli(2), UpdatedBy: "k"}
	}
	expires := when.Milli(50)
	share := func(id, hash string) mapping.Share {
		return mapping.Share{ID: id, Map: "map_a", Label: "L", Hash: hash, Access: "read", ExpiresAt: &expires, CreatedAt: when.Milli(4), CreatedBy: "k", Seq: 7}
	}
	page := ident.Page{Limit: 9}

	t.Run("what was stored comes back whole, two megabytes too", func(t *testing.T) {
		s := open(t)
		r := rec("map_a", 1)
		r.Document = []byte(strings.Repeat("ä", 1<<20))
		must(t, s.Create(ctx, "w", r))
		got, err := s.Get(ctx, "w", "map_a")
		must(t, err)
		if !reflect.DeepEqual(got, r) {
			t.Fatal("it came back changed")
		}
		want(t, s.Create(ctx, "w", r), fault.Conflict)
		must(t, s.CreateShare(ctx, "w", share("shr_a", "h")))
		ws, sh, err := s.ShareByHash(ctx, "h")
		must(t, err)
		if ws != "w" || !reflect.DeepEqual(sh, share("shr_a", "h")) {
			t.Fatalf("%s %+v", ws, sh)
		}
		_, _, err = s.ShareByHash(ctx, "none")
		want(t, err, fault.NotFound)
		want(t, s.CreateShare(ctx, "w", share("shr_b", "h")), fault.Conflict)  // a taken secret
		want(t, s.CreateShare(ctx, "w", share("shr_a", "h2")), fault.Conflict) // a taken id
		other := share("shr_a", "h3")
		other.Map = "map_b"
		must(t, s.CreateShare(ctx, "w", other))
	})
	t.Run("no method crosses a workspace or takes an empty one (attacks 34, 36)", func(t *testing.T) {
		s := open(t)
		must(t, s.Create(ctx, "w", rec("map_a", 1)))
		must(t, s.Archive(ctx, "w", rec("map_a", 1)))
		must(t, s.CreateShare(ctx, "w", share("shr_a", "h")))
		for _, ws := range []ident.Workspace{"v", ""} {
			kind := fault.NotFound
			if ws == "" {
				kind = fault.Internal
				want(t, s.Create(ctx, ws, rec("map_b", 1)), kind)
				want(t, s.Archive(ctx, ws, rec("map_b", 1)), kind)
				want(t, s.CreateShare(ctx, ws, share("shr_b", "h2")), kind)
			}
			_, err := s.Get(ctx, ws, "map_a")
			want(t, err, kind)
			next := rec("map_a", 1)
			next.Version = 2
			want(t, s.Replace(ctx, ws, next, 1), kind)
			want(t, s.Delete(ctx, ws, "map_a", 1), kind)
			_, err = s.Archived(ctx, ws, "map_a", 1)
			want(t, err, kind)
			want(t, s.RevokeShare(ctx, ws, "map_a", "shr_a", when.Milli(1)), kind)
			if rs, _, err := s.Versions(ctx, ws, "map_a", page); (err != nil) != (ws == "") || len(rs) > 0 {
				t.Fatal("Versions crossed", err)
			}
			if rs, _, err := s.List(ctx, ws, page); (err != nil) != (ws == "") || len(rs) > 0 {
				t.Fatal("List crossed", err)
			}
			if rs, _, err := s.Shares(ctx, ws, "map_a", page); (err != nil) != (ws == "") || len(rs) > 0 {
				t.Fatal("Shares crossed", err)
			}
		}
	})
	t.Run("of 16 racing edits one wins", func(t *testing.T) {
		s := open(t)
		must(t, s.Create(ctx, "w", rec("map_a", 1)))
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				r := rec("map_a", 1)
				r.Version = 2
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
		want(t, s.Delete(ctx, "w", "map_a", 1), fault.Stale)
		must(t, s.Delete(ctx, "w", "map_a", 2))
		want(t, s.Delete(ctx, "w", "map_a", 2), fault.NotFound)
	})
	t.Run("an archived version never changes, and versions come newest first", func(t *testing.T) {
		s := open(t)
		for _, v := range []int64{1, 2, 10} {
			r := rec("map_a", 1)
			r.Version = v
			must(t, s.Archive(ctx, "w", r))
			r.Document = []byte(`{}`)
			must(t, s.Archive(ctx, "w", r))
		}
		r, err := s.Archived(ctx, "w", "map_a", 2)
		must(t, err)
		if string(r.Document) == `{}` || r.Version != 2 {
			t.Fatalf("%+v", r)
		}
		var got []int64
		p := ident.Page{Limit: 2}
		for {
			rs, next, err := s.Versions(ctx, "w", "map_a", p)
			must(t, err)
			for _, r := range rs {
				got = append(got, r.Version)
			}
			if next.Zero() {
				break
			}
			p.Cursor = next
		}
		if !reflect.DeepEqual(got, []int64{10, 2, 1}) {
			t.Fatal(got)
		}
	})
	t.Run("a list is newest first and its cursor stable while maps are added", func(t *testing.T) {
		s := open(t)
		for i := range 5 {
			must(t, s.Create(ctx, "w", rec(fmt.Sprintf("map_%d", i), int64(10+i/2))))
		}
		var got []string
		p := ident.Page{Limit: 2}
		for n := 0; ; n++ {
			rs, next, err := s.List(ctx, "w", p)
			must(t, err)
			for _, r := range rs {
				got = append(got, r.ID)
			}
			must(t, s.Create(ctx, "w", rec(fmt.Sprintf("map_new%d", n), int64(100+n))))
			if next.Zero() {
				break
			}
			p.Cursor = next
		}
		if w := "map_4 map_3 map_2 map_1 map_0"; strings.Join(got, " ") != w {
			t.Fatalf("got %v, want %s", got, w)
		}
	})
	t.Run("a share is revoked once and listed by map", func(t *testing.T) {
		s := open(t)
		must(t, s.CreateShare(ctx, "w", share("shr_a", "h")))
		must(t, s.CreateShare(ctx, "w", share("shr_b", "h2")))
		want(t, s.RevokeShare(ctx, "w", "map_a", "none", when.Milli(8)), fault.NotFound)
		want(t, s.RevokeShare(ctx, "w", "map_b", "shr_a", when.Milli(8)), fault.NotFound)
		must(t, s.RevokeShare(ctx, "w", "map_a", "shr_a", when.Milli(8)))
		must(t, s.RevokeShare(ctx, "w", "map_a", "shr_a", when.Milli(9)))
		_, sh, err := s.ShareByHash(ctx, "h")
		must(t, err)
		if sh.RevokedAt == nil || sh.RevokedAt.Milli() != 8 {
			t.Fatalf("%+v", sh)
		}
		list, next, err := s.Shares(ctx, "w", "map_a", ident.Page{Limit: 1})
		must(t, err)
		if len(list) != 1 || list[0].ID != "shr_b" || next.Zero() {
			t.Fatalf("%+v %v", list, next)
		}
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.Create(ended, "w", rec("map_a", 1)); err == nil {
			t.Fatal("no error")
		}
		_, err := s.Get(ctx, "w", "map_a")
		want(t, err, fault.NotFound)
	})
}
