package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
)

// strange are texts that a store must keep to the byte and never interpret.
var strange = []string{"$where", "a.b.$", "'; DROP TABLE api_keys; --", "Ünïcödé 🚚", "\u202eright to left", "e\u0301", "%_*", `{"$ne": null}`, "a/b", "0"}

// at is an instant of the suite.
func at(s int64) when.Time { return when.Milli(1_700_000_000_000 + s*1000) }

func context10(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// Run runs the suite; open gives an empty store each time.
func Run(t *testing.T, open func(t *testing.T) workspace.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, workspace.Store)
	}{
		{"a workspace is kept and its name is unique", workspaces},
		{"workspaces are listed by name bytewise", workspaceOrder},
		{"a key is kept to the byte and its id is unique over all workspaces", keys},
		{"keys are listed oldest first and only the workspace's own", keyList},
		{"a key is revoked once, at once and only by its own workspace", revoke},
		{"settings are kept to the byte, for each workspace its own", settings},
		{"settings are replaced only on the version they are based on", settingsVersions},
		{"one of many racing writers of settings wins each version", settingsRace},
		{"racing makers of a workspace make one", workspaceRace},
		{"a lease changes hands only by compare-and-set", leases},
		{"attack 36: an empty workspace fails closed", emptyWorkspace},
		{"a cancelled context ends every method", cancelled},
		{"the service on the store: bootstrap", serviceBootstrap},
		{"the service on the store: a revoked key is refused by another process at once", serviceRevoke},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind fault.Kind, what string) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: got %v, want a fault of kind %d", what, err, kind)
	}
}

func workspaces(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	for i, name := range strange {
		w := workspace.Workspace{ID: workspace.IDOf(name), Name: name, CreatedAt: at(int64(i))}
		must(t, s.CreateWorkspace(ctx, w))
		got, err := s.Workspace(ctx, w.ID)
		must(t, err)
		if got != w {
			t.Errorf("got %+v, want %+v", got, w)
		}
		later := w
		later.CreatedAt = at(99)
		must(t, s.CreateWorkspace(ctx, later))
		got, err = s.Workspace(ctx, w.ID)
		must(t, err)
		if got != w {
			t.Errorf("making it again changed it to %+v", got)
		}
	}
	_, err := s.Workspace(ctx, workspace.IDOf("unknown"))
	wantKind(t, err, fault.NotFound, "an unknown workspace")
}

func workspaceOrder(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	none, err := s.Workspaces(ctx)
	must(t, err)
	if len(none) != 0 {
		t.Fatalf("a new store has workspaces: %v", none)
	}
	for _, name := range []string{"b", "a", "é", "Z", "z", "aa"} {
		must(t, s.CreateWorkspace(ctx, workspace.Workspace{ID: workspace.IDOf(name), Name: name}))
	}
	list, err := s.Workspaces(ctx)
	must(t, err)
	names := ""
	for _, w := range list {
		names += w.Name + " "
	}
	if names != "Z a aa b z é " {
		t.Errorf("the order is %q", names)
	}
}

func key(ws ident.Workspace, id string, s int64) workspace.Key {
	return workspace.Key{ID: id, Workspace: ws, Name: "name " + id, Scope: ident.ScopeRead, Hash: ident.Hash(ident.PurposeKey, id), CreatedAt: at(s)}
}

func keys(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	revoked := at(99)
	for i, name := range strange {
		k := key(ident.Workspace("wsp_"+name), fmt.Sprintf("k%d", i), int64(i))
		k.Name, k.RevokedAt = name, []*when.Time{nil, &revoked}[i%2]
		must(t, s.CreateKey(ctx, k))
		got, err := s.KeyByID(ctx, k.ID)
		must(t, err)
		sameKey(t, got, k)
		foreign := k
		foreign.Workspace = "wsp_other"
		wantKind(t, s.CreateKey(ctx, k), fault.Conflict, "a taken id")
		wantKind(t, s.CreateKey(ctx, foreign), fault.Conflict, "an id taken in another workspace")
	}
	for _, id := range append([]string{"", "K0", "k"}, strange...) {
		if id == "0" {
			continue
		}
		_, err := s.KeyByID(ctx, id)
		wantKind(t, err, fault.NotFound, "the unknown id "+id)
	}
}

func sameKey(t *testing.T, got, want workspace.Key) {
	t.Helper()
	if (got.RevokedAt == nil) != (want.RevokedAt == nil) || got.RevokedAt != nil && *got.RevokedAt != *want.RevokedAt {
		t.Errorf("revoked at %v, want %v", got.RevokedAt, want.RevokedAt)
	}
	got.RevokedAt, want.RevokedAt = nil, nil
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func keyList(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	for _, k := range []workspace.Key{key("wsp_a", "late", 3), key("wsp_a", "b", 1), key("wsp_b", "foreign", 2), key("wsp_a", "a", 1)} {
		must(t, s.CreateKey(ctx, k))
	}
	must(t, s.RevokeKey(ctx, "wsp_a", "b", at(5)))
	list, err := s.Keys(ctx, "wsp_a")
	must(t, err)
	ids := ""
	for _, k := range list {
		ids += k.ID + " "
	}
	if ids != "a b late " {
		t.Errorf("the order is %q", ids)
	}
	none, err := s.Keys(ctx, "wsp_c")
	must(t, err)
	if len(none) != 0 {
		t.Errorf("a workspace without keys has %v", none)
	}
}

func revoke(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	must(t, s.CreateKey(ctx, key("wsp_a", "k", 1)))
	wantKind(t, s.RevokeKey(ctx, "wsp_b", "k", at(2)), fault.NotFound, "attack 34: another workspace's key")
	wantKind(t, s.RevokeKey(ctx, "wsp_a", "other", at(2)), fault.NotFound, "an unknown key")
	got, err := s.KeyByID(ctx, "k")
	must(t, err)
	if got.RevokedAt != nil {
		t.Fatal("another workspace revoked the key")
	}
	must(t, s.RevokeKey(ctx, "wsp_a", "k", at(3)))
	must(t, s.RevokeKey(ctx, "wsp_a", "k", at(4)))
	wantKind(t, s.RevokeKey(ctx, "wsp_b", "k", at(4)), fault.NotFound, "another workspace's revoked key")
	got, err = s.KeyByID(ctx, "k")
	must(t, err)
	if got.RevokedAt == nil || *got.RevokedAt != at(3) {
		t.Errorf("revoked at %v, want the first instant %v", got.RevokedAt, at(3))
	}
}

func settings(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	_, err := s.Settings(ctx, "wsp_a")
	wantKind(t, err, fault.NotFound, "settings that were never put")
	for i, text := range strange {
		ws := ident.Workspace(fmt.Sprintf("wsp_%d", i))
		r := workspace.SettingsRecord{Version: workspace.FirstVersion + 1, Document: []byte(text), CreatedAt: at(1), UpdatedAt: at(2), UpdatedBy: text}
		must(t, s.PutSettings(ctx, ws, r))
		got, err := s.Settings(ctx, ws)
		must(t, err)
		if string(got.Document) != text || got.UpdatedBy != text || got.Version != r.Version || got.CreatedAt != r.CreatedAt || got.UpdatedAt != r.UpdatedAt {
			t.Errorf("got %+v, want %+v", got, r)
		}
	}
}

func settingsVersions(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	put := func(v int64, text string) error {
		return s.PutSettings(ctx, "wsp_a", workspace.SettingsRecord{Version: v, Document: []byte(text), CreatedAt: at(1), UpdatedAt: at(v), UpdatedBy: "k"})
	}
	wantKind(t, put(3, "x"), fault.Stale, "an update of nothing")
	must(t, put(2, "two"))
	wantKind(t, put(2, "again"), fault.Stale, "a second first one")
	wantKind(t, put(4, "four"), fault.Stale, "a skipped version")
	must(t, put(3, "three"))
	wantKind(t, put(3, "again"), fault.Stale, "the version that is stored")
	_, err := s.Settings(ctx, "wsp_b")
	wantKind(t, err, fault.NotFound, "another workspace's settings")
	got, err := s.Settings(ctx, "wsp_a")
	must(t, err)
	if got.Version != 3 || string(got.Document) != "three" {
		t.Errorf("stored is %d %q", got.Version, got.Document)
	}
}

// race runs fn n times at once and gives how often it reported success.
func race(t *testing.T, n int, fn func(i int) (bool, error)) int {
	t.Helper()
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		won int
	)
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			ok, err := fn(i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ok {
				won++
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

func settingsRace(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	for v := int64(2); v < 6; v++ {
		won := race(t, 8, func(i int) (bool, error) {
			err := s.PutSettings(ctx, "wsp_a", workspace.SettingsRecord{Version: v, Document: []byte{byte('a' + i)}, UpdatedBy: "k"})
			if fault.Is(err, fault.Stale) {
				return false, nil
			}
			return err == nil, err
		})
		if won != 1 {
			t.Errorf("%d writers won version %d", won, v)
		}
	}
}

func workspaceRace(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	race(t, 8, func(i int) (bool, error) {
		return true, s.CreateWorkspace(ctx, workspace.Workspace{ID: workspace.IDOf("shop"), Name: "shop", CreatedAt: at(int64(i))})
	})
	list, err := s.Workspaces(ctx)
	must(t, err)
	if len(list) != 1 {
		t.Errorf("the store has %v", list)
	}
}

func leases(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	_, err := s.Lease(ctx, "sweep")
	wantKind(t, err, fault.NotFound, "a lease that was never taken")
	lease := func(holder string, sec int64) workspace.Lease {
		return workspace.Lease{Name: "sweep", Holder: holder, Until: at(sec)}
	}
	swap := func(old *workspace.Lease, l workspace.Lease, want bool) {
		t.Helper()
		ok, err := s.SwapLease(ctx, old, l)
		must(t, err)
		if ok != want {
			t.Errorf("swapping %v for %v answered %t", old, l, ok)
		}
	}
	a, b := lease("a", 10), lease("b", 20)
	swap(&a, b, false)
	swap(nil, a, true)
	swap(nil, b, false)
	other := lease("a", 11)
	swap(&other, b, false)
	swap(&a, b, true)
	got, err := s.Lease(ctx, "sweep")
	must(t, err)
	if got != b {
		t.Errorf("got %v, want %v", got, b)
	}
	won := race(t, 8, func(i int) (bool, error) { return s.SwapLease(ctx, &b, lease(fmt.Sprint(i), 30)) })
	if won != 1 {
		t.Errorf("%d processes won the lease", won)
	}
	won = race(t, 8, func(i int) (bool, error) {
		return s.SwapLease(ctx, nil, workspace.Lease{Name: "new", Holder: fmt.Sprint(i), Until: at(1)})
	})
	if won != 1 {
		t.Errorf("%d processes won the new lease", won)
	}
}
