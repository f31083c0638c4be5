package files

import (
	"context"

	"waymark/surveys/ident"
)

// MaxFind is how many files Find takes at a time.
const MaxFind = 100

// Store keeps files. What a method wrote is durable when it returns nil. Every
// method refuses an empty workspace; another workspace's file is NotFound.
// Errors that the caller can act on are faults: NotFound, Conflict, and
// Unavailable where the engine is down or full, or ctx ended.
type Store interface {
	// Create stores a new file; Conflict where its id is taken. A file never
	// changes.
	Create(ctx context.Context, ws ident.Workspace, f File, body []byte) error
	// Find gives those of at most MaxFind ids that there are, without their
	// bytes, in no order.
	Find(ctx context.Context, ws ident.Workspace, ids []string) ([]File, error)
	// Open gives a file with its bytes.
	Open(ctx context.Context, ws ident.Workspace, id string) (File, []byte, error)
	// Delete removes a file with its bytes.
	Delete(ctx context.Context, ws ident.Workspace, id string) error
}
