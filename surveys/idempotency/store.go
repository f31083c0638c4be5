package idempotency

import (
	"context"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Store keeps records. What a method wrote is durable when it returns nil.
// Methods with a workspace refuse an empty one (Workspace.Check) and never see
// another workspace's records. Errors are faults where the caller can act on
// them: NotFound, and Unavailable where the engine is down or ctx ended.
type Store interface {
	// Create stores r where there is none of its workspace and ID, and
	// reports whether it did.
	Create(ctx context.Context, r Record) (bool, error)
	// Get reads a record; NotFound where there is none.
	Get(ctx context.Context, ws ident.Workspace, id string) (Record, error)
	// Renew replaces the record of r's workspace and ID by r, without an
	// answer, where the stored one was created at that instant
	// (compare-and-set), and reports whether it did.
	Renew(ctx context.Context, r Record, created when.Time) (bool, error)
	// Finish sets the answer of the record that was created at r.CreatedAt
	// where it has none yet (compare-and-set), and reports whether it did.
	Finish(ctx context.Context, r Record) (bool, error)
	// Sweep removes up to limit records, of every workspace, that were
	// created at or before the instant, and gives their number. It is "what is
	// due": it returns nothing of a record.
	Sweep(ctx context.Context, until when.Time, limit int) (int, error)
}
