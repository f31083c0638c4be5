package workspace

import (
	"context"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Store keeps workspaces, keys and settings. What a method wrote is durable
// when it returns nil. Every error that the caller can act on is a fault:
// NotFound, Conflict, Stale, and Unavailable where the engine is down or ctx
// ended. Methods with a workspace refuse an empty one (Workspace.Check) and
// answer another workspace's things like unknown ones.
type Store interface {
	// CreateWorkspace stores w; where the id is taken it stores nothing and
	// returns nil, since the id follows from the name.
	CreateWorkspace(ctx context.Context, w Workspace) error
	// Workspace reads one; NotFound where it is unknown.
	Workspace(ctx context.Context, ws ident.Workspace) (Workspace, error)
	// Workspaces lists all by name, bytewise. It is for the operator at the command line
	// and for the daily work of all tenants: it gives names and nothing that
	// belongs to a workspace.
	Workspaces(ctx context.Context) ([]Workspace, error)

	// CreateKey stores a key of the workspace k.Workspace; Conflict where its
	// id is taken, in whichever workspace.
	CreateKey(ctx context.Context, k Key) error
	// KeyByID reads a key by its id, revoked or not; NotFound where it is unknown.
	// This is the one look-up without a workspace: it is how a request finds
	// out whose it is. It sees every revocation that was acknowledged, by any
	// process, before it began.
	KeyByID(ctx context.Context, id string) (Key, error)
	// Keys lists the workspace's keys, revoked ones too, oldest first (by
	// CreatedAt, then ID).
	Keys(ctx context.Context, ws ident.Workspace) ([]Key, error)
	// RevokeKey sets the instant of revocation where none is set yet; a key that is already
	// revoked keeps its first instant. NotFound where the workspace has no such key.
	RevokeKey(ctx context.Context, ws ident.Workspace, id string, at when.Time) error

	// Settings reads the workspace's settings; NotFound where none were ever put.
	Settings(ctx context.Context, ws ident.Workspace) (SettingsRecord, error)
	// PutSettings stores r where the stored version is r.Version-1
	// (compare-and-set); Stale otherwise. No stored settings count as FirstVersion.
	PutSettings(ctx context.Context, ws ident.Workspace, r SettingsRecord) error

	// Leases belong to the processes that share a store and not to a tenant,
	// so their methods take no workspace and touch nothing that has one.

	// Lease reads a lease; NotFound where it never was taken.
	Lease(ctx context.Context, name string) (Lease, error)
	// SwapLease stores l where what is stored is exactly old, or nothing
	// where old is nil (compare-and-set), and reports whether it did.
	SwapLease(ctx context.Context, old *Lease, l Lease) (bool, error)
}

// StaleError is what PutSettings answers where somebody else was quicker.
func StaleError() error {
	return fault.New(fault.Stale, "stale", "Somebody else changed the settings meanwhile; read them again and repeat the change.")
}
