package workspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
	"waymark/surveys/workspace/sqlite"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newService(t testing.TB) *workspace.Service {
	return &workspace.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Now: func() time.Time { return noon }}
}

func TestKeysAreMadeListedAndRevoked(t *testing.T) {
	ctx, s := context.Background(), newService(t)
	full, k, err := s.CreateKey(ctx, "shop", ident.ScopeResponses, "till 4")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(k.Hash, full[len(full)-20:]) || len(k.Hash) != 64 {
		t.Errorf("the stored hash is %q", k.Hash)
	}
	// The same name in another Unicode composition is the same workspace.
	for _, name := range []string{"caf\u00e9", "cafe\u0301"} {
		if _, _, err := s.CreateKey(ctx, name, ident.ScopeAdmin, ""); err != nil {
			t.Fatal(err)
		}
	}
	all, names, err := s.Keys(ctx, "")
	if err != nil || len(all) != 3 || len(names) != 2 {
		t.Fatalf("listing all gave %v, %v, %v", all, names, err)
	}
	one, _, err := s.Keys(ctx, "shop")
	if err != nil || len(one) != 1 || one[0].Name != "till 4" {
		t.Fatalf("listing one gave %v, %v", one, err)
	}
	if _, _, err := s.Keys(ctx, "nowhere"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown workspace answered %v", err)
	}
	if err := s.Revoke(ctx, full); err != nil { // by its full text
		t.Fatal(err)
	}
	if _, err := s.Authenticate(ctx, full); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked key answered %v", err)
	}
	if err := s.Revoke(ctx, "unknown"); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoking an unknown key answered %v", err)
	}
}

func TestKeysThatCannotBeMade(t *testing.T) {
	s := newService(t)
	for _, c := range []struct {
		name, workspace, key string
		scope                ident.Scope
	}{
		{"no workspace", "", "k", ident.ScopeAdmin},
		{"a workspace of white space", "  ", "k", ident.ScopeAdmin},
		{"a line break in the workspace", "a\nb", "k", ident.ScopeAdmin},
		{"attack 21: CR LF in the key's name", "shop", "k\r\nX: y", ident.ScopeAdmin},
		{"a name of 101 characters", "shop", strings.Repeat("ä", 101), ident.ScopeAdmin},
		{"invalid UTF-8", "shop", "\xff", ident.ScopeAdmin},
		{"an unknown scope", "shop", "k", "root"},
		{"an empty scope", "shop", "k", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := s.CreateKey(context.Background(), c.workspace, c.scope, c.key); !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v", err)
			}
		})
	}
	if all, _ := s.Workspaces(context.Background()); len(all) != 0 {
		t.Errorf("a refused key left the workspaces %v", all)
	}
}

// lookups counts the store's answers, so that a test sees which way a key took.
type lookups struct {
	workspace.Store
	n    int
	fail error
}

func (l *lookups) KeyByID(ctx context.Context, id string) (workspace.Key, error) {
	l.n++
	if l.fail != nil {
		return workspace.Key{}, l.fail
	}
	return l.Store.KeyByID(ctx, id)
}

// Attack 51: what is wrong with a key cannot be told from the answer, and
// every well-formed key takes the same way: one look-up by id, one comparison.
func TestAttack51EveryWrongKeyAnswersAlike(t *testing.T) {
	ctx, s := context.Background(), newService(t)
	full, k, err := s.CreateKey(ctx, "shop", ident.ScopeAdmin, "")
	if err != nil {
		t.Fatal(err)
	}
	revoked, r, err := s.CreateKey(ctx, "shop", ident.ScopeAdmin, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke(ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	counted := &lookups{Store: s.Store}
	s.Store = counted
	_, secret, _ := ident.ParseKey(full)
	last := "A"
	if strings.HasSuffix(secret, "A") {
		last = "B"
	}
	var answer string
	for _, c := range []struct {
		name, key string
		asked     int
	}{
		{"an unknown id", ident.FormatKey("unknown", secret), 1},
		{"a wrong secret", ident.FormatKey(k.ID, strings.Repeat("A", 40)), 1},
		{"a secret wrong in its last character", full[:len(full)-1] + last, 1},
		{"a prefix of the secret", full[:len(full)-1], 1},
		{"a secret with more behind it", full + "A", 1},
		{"a revoked key", revoked, 1},
		{"no form at all", "hunter2", 0},
		{"an empty key", "", 0},
		{"an operator for an id", `wm_{"$ne":null}_` + secret, 0},
	} {
		counted.n = 0
		actor, err := s.Authenticate(ctx, c.key)
		if !fault.Is(err, fault.Unauthenticated) || actor != (ident.Actor{}) {
			t.Errorf("%s: got %v, %v", c.name, actor, err)
			continue
		}
		if answer == "" {
			answer = err.Error()
		}
		if err.Error() != answer {
			t.Errorf("%s answers %q, not %q", c.name, err, answer)
		}
		if counted.n != c.asked {
			t.Errorf("%s asked the store %d times", c.name, counted.n)
		}
	}
	if actor, err := s.Authenticate(ctx, full); err != nil || actor.Workspace != workspace.IDOf("shop") {
		t.Errorf("the right key answers %v, %v", actor, err)
	}
	// A store that is down is not a wrong key.
	counted.fail = fault.Wrap(errors.New("dial"), fault.Unavailable, "store-down", "down")
	if _, err := s.Authenticate(ctx, full); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with the store down: %v", err)
	}
}

// Attack 36: a key that lost its workspace is worth nothing.
func TestAttack36AKeyWithoutAWorkspaceIsRefused(t *testing.T) {
	id, secret := ident.NewKey()
	s := &workspace.Service{Now: func() time.Time { return noon },
		Store: orphan{key: workspace.Key{ID: id, Hash: ident.Hash(ident.PurposeKey, secret), Scope: ident.ScopeAdmin}}}
	if _, err := s.Authenticate(context.Background(), ident.FormatKey(id, secret)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("got %v", err)
	}
}

type orphan struct {
	workspace.Store
	key workspace.Key
}

func (o orphan) KeyByID(context.Context, string) (workspace.Key, error) { return o.key, nil }

func TestBootstrapRefusesAKeyOfTheWrongForm(t *testing.T) {
	if err := newService(t).Bootstrap(context.Background(), "secret"); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestALeaseHasOneHolderUntilItRunsOut(t *testing.T) {
	s := newService(t)
	type step struct {
		what, holder string
		at           int64 // seconds
		want         bool
	}
	for _, c := range []step{
		{"the first comer takes it", "a", 0, true},
		{"another one waits", "b", 5, false},
		{"the holder renews it", "a", 6, true},
		{"another one still waits", "b", 15, false},
		{"at its end it is free", "b", 16, true},
		{"the old holder has lost it", "a", 17, false},
		{"attack 61: after the clock jumped back a day it is free", "a", -86400, true},
		{"and held again", "b", -86399, false},
	} {
		now := when.Milli(1_700_000_000_000 + c.at*1000)
		got, err := s.AcquireLease(context.Background(), "sweep", c.holder, now, now.Add(10*time.Second))
		if err != nil || got != c.want {
			t.Fatalf("%s: got %t, %v", c.what, got, err)
		}
	}
	ctx, now := context.Background(), when.Milli(1_700_000_000_000-86399*1000)
	for _, holder := range []string{"b", "a"} { // a stranger's release changes nothing
		if err := s.ReleaseLease(ctx, "sweep", holder); err != nil {
			t.Fatal(err)
		}
		got, err := s.AcquireLease(ctx, "sweep", "c", now, now.Add(10*time.Second))
		if want := holder == "a"; err != nil || got != want {
			t.Fatalf("after %s released: got %t, %v", holder, got, err)
		}
	}
	if err := s.ReleaseLease(ctx, "never taken", "a"); err != nil {
		t.Error(err)
	}
}
