package link

import (
	"context"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Store keeps links. What a method wrote is durable when it returns nil. Every
// method but ByHash and Sweep refuses an empty workspace; another workspace's
// link is NotFound. Errors that the caller can act on are faults: NotFound,
// Conflict, and Unavailable where the engine is down or ctx ended.
type Store interface {
	// Create stores a new link; Conflict where its hash is taken, or its id in
	// its survey.
	Create(ctx context.Context, ws ident.Workspace, l Link) error
	// List reads the links of a survey that were not revoked and are no
	// previews, newest first by (Seq, ID). What is left out costs nothing.
	List(ctx context.Context, ws ident.Workspace, survey string, p ident.Page) ([]Link, ident.Cursor, error)
	// Revoke sets the instant of revocation where none is set yet; a link that is
	// already revoked keeps its first instant.
	Revoke(ctx context.Context, ws ident.Workspace, survey, id string, at when.Time) error
	// ByHash looks a secret up, revoked or not, and whose it is. It sees every
	// revocation that was acknowledged, by any process, before it began.
	ByHash(ctx context.Context, hash string) (ident.Workspace, Link, error)
	// Sweep removes up to limit previews, of every workspace, that expired at or
	// before the instant, and gives their number. It is "what is due": it
	// returns nothing of a link.
	Sweep(ctx context.Context, until when.Time, limit int) (int, error)
}
