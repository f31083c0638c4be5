package workspace

import (
	"context"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Workspace is a tenant.
type Workspace struct {
	ID        ident.Workspace
	Name      string
	CreatedAt when.Time
}

// Key is an API key; only the hash of its secret is kept.
type Key struct {
	ID        string
	Workspace ident.Workspace
	Name      string
	Scope     ident.Scope
	Hash      string
	CreatedAt when.Time
	RevokedAt *when.Time
}

// SettingsRecord is a workspace's settings as stored.
type SettingsRecord struct {
	Version   int64
	Document  []byte // as sent, JSON
	UpdatedAt when.Time
	UpdatedBy string
}

// Store keeps workspaces, keys, settings and leases. Methods with a workspace
// refuse an empty one. What a method wrote is durable when it returns nil.
type Store interface {
	// CreateWorkspace stores w; where the id is taken it stores nothing and
	// returns nil, since the id follows from the name.
	CreateWorkspace(ctx context.Context, w Workspace) error
	// Workspaces lists every tenant, by id: it answers names only and begins a run
	// over all of them (verify, rebuild, keys list).
	Workspaces(ctx context.Context) ([]Workspace, error)
	// CreateKey stores k; Conflict when the id is taken.
	CreateKey(ctx context.Context, k Key) error
	// KeyByID looks a key up by its id part, revoked ones too; NotFound
	// otherwise. It is a look-up of a secret, and begins without a workspace.
	KeyByID(ctx context.Context, id string) (Key, error)
	// Keys lists the keys of a workspace by creation.
	Keys(ctx context.Context, ws ident.Workspace) ([]Key, error)
	// RevokeKey marks the key as revoked; doing it again keeps the first time.
	// NotFound for an unknown id.
	RevokeKey(ctx context.Context, ws ident.Workspace, id string, at when.Time) error
	// Settings reads the settings; NotFound while none were put.
	Settings(ctx context.Context, ws ident.Workspace) (SettingsRecord, error)
	// PutSettings stores s where the stored version is still version (0: none);
	// Stale otherwise. s.Version must be version+1.
	PutSettings(ctx context.Context, ws ident.Workspace, s SettingsRecord, version int64) error
	// AcquireLease takes or renews the named lease until the given time where
	// it is free, run out at now, or held by holder already.
	AcquireLease(ctx context.Context, name, holder string, now, until when.Time) (bool, error)
}
