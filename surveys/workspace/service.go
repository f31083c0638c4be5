package workspace

import (
	"context"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Service is what may be done with workspaces, keys and settings.
type Service struct {
	Store Store
	Now   func() time.Time
}

// IDOf gives the id of the workspace of that name.
func IDOf(name string) ident.Workspace { return ident.Workspace(ident.Derive("wsp", name)) }

// Ensure makes the workspace of that name if it is new.
func (s *Service) Ensure(ctx context.Context, name string) (Workspace, error) {
	if err := checkName("workspace", name); err != nil {
		return Workspace{}, err
	}
	w := Workspace{ID: IDOf(name), Name: name, CreatedAt: when.Of(s.Now())}
	return w, s.Store.CreateWorkspace(ctx, w)
}

func checkName(what, name string) error {
	if n := len([]rune(name)); n < 1 || n > 100 {
		return fault.New(fault.Invalid, "bad-name", "The %s's name needs 1 to 100 characters.", what)
	}
	for _, r := range name {
		if r < 0x20 || r == 0x7f || r == 0xfffd {
			return fault.New(fault.Invalid, "bad-name", "The %s's name has a control character.", what)
		}
	}
	return nil
}

// CreateKey makes a key in the workspace of that name and returns it whole,
// this once.
func (s *Service) CreateKey(ctx context.Context, workspaceName string, scope ident.Scope, name string) (string, Key, error) {
	w, err := s.Ensure(ctx, workspaceName)
	if err != nil {
		return "", Key{}, err
	}
	if name == "" {
		name = string(scope)
	}
	if err := checkName("key", name); err != nil {
		return "", Key{}, err
	}
	id, secret := ident.NewKey()
	k := Key{ID: id, Workspace: w.ID, Name: name, Scope: scope, Hash: ident.Hash(ident.PurposeKey, secret), CreatedAt: when.Of(s.Now())}
	if err := s.Store.CreateKey(ctx, k); err != nil {
		return "", Key{}, err
	}
	return ident.FormatKey(id, secret), k, nil
}

// DefaultWorkspace is where the bootstrap key belongs.
const DefaultWorkspace = "default"

// Bootstrap makes the given admin key in the workspace "default" of a store
// that has no workspace yet; elsewhere it does nothing.
func (s *Service) Bootstrap(ctx context.Context, key string) error {
	id, secret, ok := ident.ParseKey(key)
	if !ok {
		return fault.New(fault.Invalid, "bad-key", "The bootstrap key is not of the form wm_{id}_{secret}.")
	}
	all, err := s.Store.Workspaces(ctx)
	if err != nil || len(all) > 0 {
		return err
	}
	// The key first: where a crash comes between, the store still counts as fresh.
	k := Key{ID: id, Workspace: IDOf(DefaultWorkspace), Name: "bootstrap", Scope: ident.ScopeAdmin,
		Hash: ident.Hash(ident.PurposeKey, secret), CreatedAt: when.Of(s.Now())}
	if err := s.Store.CreateKey(ctx, k); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	_, err = s.Ensure(ctx, DefaultWorkspace)
	return err
}

// Authenticate tells who holds the key. An unknown id, a wrong secret and a
// revoked key answer alike.
func (s *Service) Authenticate(ctx context.Context, key string) (ident.Actor, error) {
	id, secret, ok := ident.ParseKey(key)
	if !ok {
		return ident.Actor{}, refused()
	}
	k, err := s.Store.KeyByID(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return ident.Actor{}, err
	}
	// An unknown id is compared too, with the hash of nothing.
	same := ident.SameHash(k.Hash, ident.Hash(ident.PurposeKey, secret))
	if err != nil || !same || k.RevokedAt != nil {
		return ident.Actor{}, refused()
	}
	return ident.Actor{Workspace: k.Workspace, KeyID: k.ID, Name: k.Name, Scope: k.Scope}, nil
}

func refused() error {
	return fault.New(fault.Unauthenticated, "unauthenticated", "Send a valid key as Authorization: Bearer wm_…")
}

// Keys lists the keys of the workspace of that name, or of all.
func (s *Service) Keys(ctx context.Context, workspaceName string) ([]Key, map[ident.Workspace]string, error) {
	names := map[ident.Workspace]string{}
	all, err := s.Store.Workspaces(ctx)
	if err != nil {
		return nil, nil, err
	}
	var out []Key
	for _, w := range all {
		if workspaceName != "" && w.Name != workspaceName {
			continue
		}
		names[w.ID] = w.Name
		ks, err := s.Store.Keys(ctx, w.ID)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, ks...)
	}
	return out, names, nil
}

// Revoke ends a key at once, for every process.
func (s *Service) Revoke(ctx context.Context, id string) error {
	k, err := s.Store.KeyByID(ctx, id)
	if err != nil {
		return err
	}
	return s.Store.RevokeKey(ctx, k.Workspace, id, when.Of(s.Now()))
}
