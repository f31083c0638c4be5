package mapping

import (
	"context"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Record is a journey map as it is stored: one document.
type Record struct {
	ID        string // map_…
	Version   int64  // raised by every edit; the compare-and-set runs on it
	Seq       int64  // place in lists
	Document  []byte // the map as sent, JSON
	CreatedAt when.Time
	UpdatedAt when.Time
	UpdatedBy string
}

// Share is a link to a map's page. The token is stored as a hash only.
type Share struct {
	ID        string // shr_…
	Map       string
	Label     string
	Hash      string // ident.Hash(PurposeShare, token)
	Access    string // read, comment
	ExpiresAt *when.Time
	RevokedAt *when.Time
	CreatedAt when.Time
	CreatedBy string
	Seq       int64
}

// Store keeps maps, their versions and their shares. Every method but ShareByHash
// refuses an empty workspace; another workspace's id is NotFound.
// What a method wrote is durable when it returns nil.
type Store interface {
	// Create stores a new map; Conflict when the id is taken.
	Create(ctx context.Context, ws ident.Workspace, r Record) error
	Get(ctx context.Context, ws ident.Workspace, id string) (Record, error)
	// Replace stores r where the stored Version is still version
	// (compare-and-set); Stale otherwise. r.Version must be version+1.
	Replace(ctx context.Context, ws ident.Workspace, r Record, version int64) error
	Delete(ctx context.Context, ws ident.Workspace, id string, version int64) error
	// Archive keeps a version before it is replaced; again is harmless.
	Archive(ctx context.Context, ws ident.Workspace, r Record) error
	Archived(ctx context.Context, ws ident.Workspace, id string, version int64) (Record, error)
	// Versions lists archived versions of a map, newest first, after the cursor.
	Versions(ctx context.Context, ws ident.Workspace, id string, p ident.Page) ([]Record, ident.Cursor, error)
	// List reads maps newest first by (Seq, ID).
	List(ctx context.Context, ws ident.Workspace, p ident.Page) ([]Record, ident.Cursor, error)

	CreateShare(ctx context.Context, ws ident.Workspace, s Share) error
	Shares(ctx context.Context, ws ident.Workspace, mapID string, p ident.Page) ([]Share, ident.Cursor, error)
	RevokeShare(ctx context.Context, ws ident.Workspace, mapID, id string, at when.Time) error
	// ShareByHash looks a secret up: one of the two kinds of method that begin
	// without a workspace.
	ShareByHash(ctx context.Context, hash string) (ident.Workspace, Share, error)
}
