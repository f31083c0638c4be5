package surveys

import (
	"context"

	"waymark/surveys/ident"
)

// Filter narrows a list of surveys; empty fields do not.
type Filter struct {
	Map    string
	Stage  string
	Status Status
}

// Store keeps surveys. Every method refuses an empty workspace, answers
// another workspace's id like an unknown one, and returns faults: NotFound
// for an unknown id, Unavailable where the engine is down.
// What a method wrote is durable when it returns nil.
type Store interface {
	// Create stores a new survey; Conflict when the id is taken.
	Create(ctx context.Context, ws ident.Workspace, r Record) error
	// Get reads a survey.
	Get(ctx context.Context, ws ident.Workspace, id string) (Record, error)
	// Head reads only the state; it is on the path of every answer and sees
	// every change that was acknowledged before it began.
	Head(ctx context.Context, ws ident.Workspace, id string) (Head, error)
	// Replace stores r where the stored Rev is still rev (compare-and-set);
	// Stale otherwise. r.Rev must be rev+1.
	Replace(ctx context.Context, ws ident.Workspace, r Record, rev int64) error
	// Delete removes the survey where its Rev is still rev; Stale otherwise.
	// Archived versions stay: responses may pin them.
	Delete(ctx context.Context, ws ident.Workspace, id string, rev int64) error
	// Archive stores a published version; storing the same one again is harmless.
	Archive(ctx context.Context, ws ident.Workspace, v Version) error
	// Archived reads an archived version; the current one lies in the Record.
	Archived(ctx context.Context, ws ident.Workspace, survey string, number int64) (Version, error)
	// ArchivedAll reads every archived version of a survey, oldest first.
	ArchivedAll(ctx context.Context, ws ident.Workspace, survey string) ([]Version, error)
	// List reads surveys newest first by (Seq, ID) after the page's cursor.
	// next is zero at the end.
	List(ctx context.Context, ws ident.Workspace, f Filter, p ident.Page) (list []Record, next ident.Cursor, err error)
	// OfMap reads the outline of every survey whose newest definition or current
	// version is bound to the map, newest first: maps of 200 stages have hundreds,
	// not thousands. It is on the path of every look at a map and reads no definition.
	OfMap(ctx context.Context, ws ident.Workspace, mapID string) ([]Outline, error)
}
