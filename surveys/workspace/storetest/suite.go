package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
)

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) workspace.Store) {
	ctx := context.Background()
	key := func(id string, ws ident.Workspace) workspace.Key {
		return workspace.Key{ID: id, Workspace: ws, Name: "n", Scope: ident.ScopeAdmin, Hash: "h", CreatedAt: when.Milli(1)}
	}
	want := func(t *testing.T, err error, kind fault.Kind) {
		t.Helper()
		if err == nil || fault.KindOf(err) != kind {
			t.Fatalf("got %v, want kind %v", err, kind)
		}
	}

	t.Run("a workspace is made once however often it is asked for", func(t *testing.T) {
		s := open(t)
		w := workspace.Workspace{ID: workspace.IDOf("shop ÅÄ"), Name: "shop ÅÄ", CreatedAt: when.Milli(5)}
		for range 3 {
			if err := s.CreateWorkspace(ctx, w); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.Workspaces(ctx)
		if err != nil || len(all) != 1 || all[0] != w {
			t.Fatalf("%v %v", all, err)
		}
	})
	t.Run("an empty workspace fails closed (attack 36)", func(t *testing.T) {
		s := open(t)
		if err := s.CreateWorkspace(ctx, workspace.Workspace{}); err == nil {
			t.Error("CreateWorkspace took it")
		}
		if err := s.CreateKey(ctx, key("a", "")); err == nil {
			t.Error("CreateKey took it")
		}
		if _, err := s.Keys(ctx, ""); err == nil {
			t.Error("Keys took it")
		}
		if err := s.RevokeKey(ctx, "", "a", when.Milli(1)); err == nil {
			t.Error("RevokeKey took it")
		}
		if _, err := s.Settings(ctx, ""); err == nil {
			t.Error("Settings took it")
		}
		if err := s.PutSettings(ctx, "", workspace.SettingsRecord{Version: 1}, 0); err == nil {
			t.Error("PutSettings took it")
		}
	})
	t.Run("keys are unique, listed by workspace, and revoked once", func(t *testing.T) {
		s := open(t)
		if err := s.CreateKey(ctx, key("a", "w1")); err != nil {
			t.Fatal(err)
		}
		want(t, s.CreateKey(ctx, key("a", "w2")), fault.Conflict)
		if err := s.CreateKey(ctx, key("b", "w2")); err != nil {
			t.Fatal(err)
		}
		ks, err := s.Keys(ctx, "w1")
		if err != nil || len(ks) != 1 || ks[0].ID != "a" || ks[0].RevokedAt != nil {
			t.Fatalf("%+v %v", ks, err)
		}
		want(t, s.RevokeKey(ctx, "w2", "a", when.Milli(7)), fault.NotFound)
		want(t, s.RevokeKey(ctx, "w1", "none", when.Milli(7)), fault.NotFound)
		for _, at := range []int64{7, 9} {
			if err := s.RevokeKey(ctx, "w1", "a", when.Milli(at)); err != nil {
				t.Fatal(err)
			}
		}
		k, err := s.KeyByID(ctx, "a")
		if err != nil || k.RevokedAt == nil || k.RevokedAt.Milli() != 7 {
			t.Fatalf("%+v %v", k, err)
		}
		_, err = s.KeyByID(ctx, "none")
		want(t, err, fault.NotFound)
	})
	t.Run("settings change by compare-and-set and one of 16 racers wins", func(t *testing.T) {
		s := open(t)
		_, err := s.Settings(ctx, "w")
		want(t, err, fault.NotFound)
		rec := workspace.SettingsRecord{Version: 1, Document: []byte(`{"name":"ä 漢字"}`), UpdatedAt: when.Milli(3), UpdatedBy: "k"}
		if err := s.PutSettings(ctx, "w", rec, 0); err != nil {
			t.Fatal(err)
		}
		want(t, s.PutSettings(ctx, "w", rec, 0), fault.Stale)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				r := rec
				r.Version = 2
				if err := s.PutSettings(ctx, "w", r, 1); err == nil {
					won.Add(1)
				} else if !fault.Is(err, fault.Stale) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d won", won.Load())
		}
		got, err := s.Settings(ctx, "w")
		if err != nil || got.Version != 2 || string(got.Document) != string(rec.Document) {
			t.Fatalf("%+v %v", got, err)
		}
		_, err = s.Settings(ctx, "v")
		want(t, err, fault.NotFound)
	})
	t.Run("a lease has one holder until it runs out", func(t *testing.T) {
		s := open(t)
		take := func(holder string, now, until int64) bool {
			t.Helper()
			ok, err := s.AcquireLease(ctx, "sweep", holder, when.Milli(now), when.Milli(until))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !take("a", 0, 10) || take("b", 5, 15) || !take("a", 6, 20) || take("b", 19, 30) || !take("b", 20, 30) || take("a", 21, 40) {
			t.Fatal("the lease went to the wrong holder")
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				ok, err := s.AcquireLease(ctx, "sweep", string(rune('A'+i)), when.Milli(100), when.Milli(200))
				if err != nil {
					t.Error(err)
				}
				if ok {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d took it", won.Load())
		}
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.CreateKey(ended, key("x", "w")); err == nil {
			t.Fatal("no error")
		}
		_, err := s.KeyByID(ctx, "x")
		want(t, err, fault.NotFound)
	})
}
