package workspace

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Service is what the command line and the API do with workspaces. Store and
// Now are needed.
type Service struct {
	Store Store
	Now   func() time.Time
	// Files tells of stored files, for the logo; package files does. Without it
	// there are none.
	Files interface {
		// Pictures gives NotFound where an id is no file of the workspace, and
		// the ids of those that are no pictures for pages.
		Pictures(ctx context.Context, ws ident.Workspace, ids []string) (none []string, err error)
	}

	names sync.Map // of workspaces, by id
	read  sync.Map // *readSettings by workspace
}

// Bootstrap makes the given key an admin key of the workspace "default" on a
// fresh store, one without any workspace; on another store nothing happens. A
// key of the wrong form is Invalid.
//
// The key is stored before the workspace: after a crash between the two the
// store still counts as fresh, and the next start completes it.
func (s *Service) Bootstrap(ctx context.Context, key string) error {
	id, secret, ok := ident.ParseKey(key)
	if !ok {
		return fault.New(fault.Invalid, "bad-key",
			"The bootstrap key must look like wm_ID_SECRET: ID is 1 to 32 of a-z and 0-9, SECRET 32 to 200 of A-Z, a-z and 0-9.")
	}
	all, err := s.Store.Workspaces(ctx)
	if err != nil {
		return fmt.Errorf("looking whether the store is fresh: %w", err)
	}
	if len(all) > 0 {
		return nil
	}
	err = s.Store.CreateKey(ctx, Key{ID: id, Workspace: IDOf(DefaultWorkspace), Name: "bootstrap", Scope: ident.ScopeAdmin,
		Hash: ident.Hash(ident.PurposeKey, secret), CreatedAt: when.Of(s.Now())})
	// A conflict is a start that a crash cut off, or another process that
	// starts with the same key right now.
	if err != nil && !fault.Is(err, fault.Conflict) {
		return fmt.Errorf("storing the bootstrap key: %w", err)
	}
	_, err = s.Ensure(ctx, DefaultWorkspace)
	return err
}

// Ensure gives the workspace of that name and makes it if it is new.
func (s *Service) Ensure(ctx context.Context, name string) (Workspace, error) {
	name = norm.NFC.String(name)
	if err := checkName("workspace", name); err != nil {
		return Workspace{}, err
	}
	w, err := s.Store.Workspace(ctx, IDOf(name))
	if !fault.Is(err, fault.NotFound) {
		return w, err
	}
	w = Workspace{ID: IDOf(name), Name: name, CreatedAt: when.Of(s.Now())}
	if err := s.Store.CreateWorkspace(ctx, w); err != nil {
		return Workspace{}, fmt.Errorf("making the workspace %q: %w", name, err)
	}
	return s.Store.Workspace(ctx, w.ID) // another process may have been quicker
}

// CreateKey makes a key of the named workspace, and the workspace if it is
// new. It gives the full text "wm_{id}_{secret}", which cannot be had again,
// and the stored key. An empty name becomes the scope's.
func (s *Service) CreateKey(ctx context.Context, workspaceName string, scope ident.Scope, name string) (string, Key, error) {
	if _, ok := ident.ParseScope(string(scope)); !ok {
		return "", Key{}, fault.New(fault.Invalid, "bad-scope", "The scope must be admin, maps, surveys, responses or read.")
	}
	if name == "" {
		name = string(scope)
	}
	if err := checkName("key", name); err != nil {
		return "", Key{}, err
	}
	w, err := s.Ensure(ctx, workspaceName)
	if err != nil {
		return "", Key{}, err
	}
	id, secret := ident.NewKey()
	k := Key{ID: id, Workspace: w.ID, Name: name, Scope: scope,
		Hash: ident.Hash(ident.PurposeKey, secret), CreatedAt: when.Of(s.Now())}
	if err := s.Store.CreateKey(ctx, k); err != nil {
		return "", Key{}, fmt.Errorf("storing a key of %q: %w", w.Name, err)
	}
	return ident.FormatKey(id, secret), k, nil
}

// Workspaces lists all workspaces by name.
func (s *Service) Workspaces(ctx context.Context) ([]Workspace, error) {
	return s.Store.Workspaces(ctx)
}

// Keys lists the keys of the workspace of that name, or of all where the name
// is empty, revoked ones too, and the names of those workspaces. A name that
// no workspace has is NotFound.
func (s *Service) Keys(ctx context.Context, workspaceName string) ([]Key, map[ident.Workspace]string, error) {
	var list []Workspace
	if workspaceName == "" {
		all, err := s.Store.Workspaces(ctx)
		if err != nil {
			return nil, nil, err
		}
		list = all
	} else {
		w, err := s.Store.Workspace(ctx, IDOf(workspaceName))
		if err != nil {
			return nil, nil, err
		}
		list = []Workspace{w}
	}
	names := map[ident.Workspace]string{}
	var out []Key
	for _, w := range list {
		names[w.ID] = w.Name
		keys, err := s.Store.Keys(ctx, w.ID)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, keys...)
	}
	return out, names, nil
}

// AnyKey reports whether any workspace has a key that is not revoked. It asks
// one workspace after the other and stops at the first.
func (s *Service) AnyKey(ctx context.Context) (bool, error) {
	all, err := s.Store.Workspaces(ctx)
	if err != nil {
		return false, fmt.Errorf("looking whether there is a key: %w", err)
	}
	for _, w := range all {
		keys, err := s.Store.Keys(ctx, w.ID)
		if err != nil {
			return false, fmt.Errorf("looking whether there is a key: %w", err)
		}
		if slices.ContainsFunc(keys, func(k Key) bool { return k.RevokedAt == nil }) {
			return true, nil
		}
	}
	return false, nil
}

// Revoke ends the key of that id for every request that begins from now on,
// in every process. A key that is already revoked stays so; an unknown id is
// NotFound. The full text of a key is taken too, because it is what people
// have at hand.
func (s *Service) Revoke(ctx context.Context, id string) error {
	if part, _, ok := ident.ParseKey(id); ok {
		id = part
	}
	k, err := s.Store.KeyByID(ctx, id)
	if err != nil {
		return err
	}
	return s.Store.RevokeKey(ctx, k.Workspace, k.ID, when.Of(s.Now()))
}

// nobodysHash is compared against where a key is unknown, so that an unknown
// id costs what a wrong secret costs.
var nobodysHash = strings.Repeat("0", 64)

// Authenticate tells who holds the key. Everything that is not a valid key is
// Unauthenticated with the same sentence: no form, unknown id, wrong secret,
// revoked. The store is asked each time, so that a revocation by another
// process holds at once.
func (s *Service) Authenticate(ctx context.Context, key string) (ident.Actor, error) {
	id, secret, ok := ident.ParseKey(key)
	if !ok {
		return ident.Actor{}, unauthenticated()
	}
	// Hash first: the time of the rest does not depend on the secret.
	sent, stored := ident.Hash(ident.PurposeKey, secret), nobodysHash
	k, err := s.Store.KeyByID(ctx, id)
	switch {
	case err == nil:
		stored = k.Hash
	case !fault.Is(err, fault.NotFound):
		return ident.Actor{}, fmt.Errorf("looking up a key: %w", err)
	}
	same := ident.SameHash(sent, stored)
	if err != nil || !same || k.RevokedAt != nil || k.Workspace.Check() != nil {
		return ident.Actor{}, unauthenticated()
	}
	return ident.Actor{Workspace: k.Workspace, KeyID: k.ID, Name: k.Name, Scope: k.Scope}, nil
}

func unauthenticated() error {
	return fault.New(fault.Unauthenticated, "bad-key", "Send a valid key as \"Authorization: Bearer wm_…\".")
}
