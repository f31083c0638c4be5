package storetest

import (
	"context"
	"testing"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/workspace"
)

// calls names every method; ws is the workspace of those that take one.
func calls(s workspace.Store, ctx context.Context, ws ident.Workspace) (scoped, free map[string]func() error) {
	scoped = map[string]func() error{
		"CreateWorkspace": func() error { return s.CreateWorkspace(ctx, workspace.Workspace{ID: ws, Name: "x"}) },
		"Workspace":       func() error { _, err := s.Workspace(ctx, ws); return err },
		"CreateKey":       func() error { return s.CreateKey(ctx, key(ws, "x", 1)) },
		"Keys":            func() error { _, err := s.Keys(ctx, ws); return err },
		"RevokeKey":       func() error { return s.RevokeKey(ctx, ws, "k", at(1)) },
		"Settings":        func() error { _, err := s.Settings(ctx, ws); return err },
		"PutSettings": func() error {
			return s.PutSettings(ctx, ws, workspace.SettingsRecord{Version: 2, Document: []byte("{}")})
		},
	}
	free = map[string]func() error{
		"Workspaces": func() error { _, err := s.Workspaces(ctx); return err },
		"KeyByID":    func() error { _, err := s.KeyByID(ctx, "k"); return err },
		"Lease":      func() error { _, err := s.Lease(ctx, "l"); return err },
		"SwapLease":  func() error { _, err := s.SwapLease(ctx, nil, workspace.Lease{Name: "l"}); return err },
	}
	return scoped, free
}

func emptyWorkspace(t *testing.T, s workspace.Store) {
	must(t, s.CreateKey(context10(t), key("wsp_a", "k", 1)))
	scoped, _ := calls(s, context10(t), "")
	for name, call := range scoped {
		wantKind(t, call(), fault.Internal, name+" without a workspace")
		if err := call(); err == nil {
			t.Errorf("%s took an empty workspace", name)
		}
	}
}

func cancelled(t *testing.T, s workspace.Store) {
	must(t, s.CreateKey(context10(t), key("wsp_a", "k", 1)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	scoped, free := calls(s, ctx, "wsp_a")
	for _, m := range []map[string]func() error{scoped, free} {
		for name, call := range m {
			wantKind(t, call(), fault.Unavailable, name+" with a cancelled context")
		}
	}
}

func clock(sec int64) func() time.Time { return func() time.Time { return at(sec).Time() } }

func serviceBootstrap(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	svc := &workspace.Service{Store: s, Now: clock(1)}
	id, secret := ident.NewKey()
	full := ident.FormatKey(id, secret)
	// A crash after the key and before the workspace leaves a fresh store.
	must(t, s.CreateKey(ctx, workspace.Key{ID: id, Workspace: workspace.IDOf(workspace.DefaultWorkspace), Name: "bootstrap",
		Scope: ident.ScopeAdmin, Hash: ident.Hash(ident.PurposeKey, secret), CreatedAt: at(1)}))
	must(t, svc.Bootstrap(ctx, full))
	if _, err := s.Workspace(ctx, workspace.IDOf("default")); err != nil {
		t.Fatalf("the start after a crash did not complete the bootstrap: %v", err)
	}
	actor, err := svc.Authenticate(ctx, full)
	must(t, err)
	if actor.Scope != ident.ScopeAdmin || actor.Workspace != workspace.IDOf("default") {
		t.Errorf("the bootstrap key gives %+v", actor)
	}
	id2, secret2 := ident.NewKey()
	must(t, svc.Bootstrap(ctx, ident.FormatKey(id2, secret2))) // the store is not fresh any more
	_, err = svc.Authenticate(ctx, ident.FormatKey(id2, secret2))
	wantKind(t, err, fault.Unauthenticated, "an ignored bootstrap key")
}

func serviceRevoke(t *testing.T, s workspace.Store) {
	ctx := context10(t)
	here, there := &workspace.Service{Store: s, Now: clock(1)}, &workspace.Service{Store: s, Now: clock(2)}
	full, k, err := here.CreateKey(ctx, "shop", ident.ScopeMaps, "")
	must(t, err)
	for range 3 {
		actor, err := there.Authenticate(ctx, full)
		must(t, err)
		if want := (ident.Actor{Workspace: workspace.IDOf("shop"), KeyID: k.ID, Name: "maps", Scope: ident.ScopeMaps}); actor != want {
			t.Fatalf("got %+v, want %+v", actor, want)
		}
	}
	must(t, here.Revoke(ctx, k.ID))
	_, err = there.Authenticate(ctx, full)
	wantKind(t, err, fault.Unauthenticated, "a revoked key")
}
