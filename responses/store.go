package responses

import (
	"context"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Filter narrows a list of responses; zero fields do not.
type Filter struct {
	Survey     string
	Map        string
	Stage      string
	Status     Status
	Respondent string
	From, To   *when.Time // half-open, on OccurredAt
	Segments   []Segment  // ANDed
	Text       string     // literal text in an answer, case-insensitive; never a pattern
}

// Segment asks for one value of one property.
type Segment struct{ Name, Value string }

// Outcome is what became of one response of InsertMany.
type Outcome struct {
	// Existing is the stored response where the id was taken already (it may
	// be a tombstone); nil where the new one was stored.
	Existing *Response
	Err      error // a fault of this one alone
}

// Store keeps responses. Every method but the "due" ones refuses an empty
// workspace; another workspace's id answers like an unknown one, NotFound.
// What a method wrote is durable when it returns nil (invariant 1). Erased
// responses are invisible except where a method says otherwise. An fn that a
// method hands rows to may ask this and other stores for single things.
type Store interface {
	// InsertMany stores each response whose id is free; they stand alone.
	// One round trip or one group commit for all of them. The error is the engine's, and then
	// the outcome of all is unknown.
	InsertMany(ctx context.Context, ws ident.Workspace, rs []Response) ([]Outcome, error)
	// Get reads a response, tombstones too (Status Erased).
	Get(ctx context.Context, ws ident.Workspace, id string) (Response, error)
	// Replace stores r where the stored Rev is still rev (compare-and-set);
	// Stale otherwise. r.Rev must be rev+1. Storing a tombstone erases: no byte
	// of the old document stays reachable.
	Replace(ctx context.Context, ws ident.Workspace, r Response, rev int64) error
	// List reads newest first by (Seq, ID) after the page's cursor; next is
	// zero at the end.
	List(ctx context.Context, ws ident.Workspace, f Filter, p ident.Page) (list []Response, next ident.Cursor, err error)
	// Each hands every response of the filter to fn in the order
	// (OccurredAt, ID) within a survey, streaming: memory does not grow with their number.
	// f.Survey must be set. However slowly fn takes them, no other call waits for it.
	Each(ctx context.Context, ws ident.Workspace, f Filter, fn func(Response) error) error
	// Count tells how many responses a survey has, whatever their status.
	Count(ctx context.Context, ws ident.Workspace, survey string) (int64, error)

	// Facts hands fn the facts of a survey in [from, to), in the order
	// (OccurredAt, ID), at most limit (0: all). Counted and Suspect only. On MongoDB it reads
	// with concern majority, because what it saw is written back. The Fact and its Answers are
	// used again after fn returns; its texts may be kept.
	Facts(ctx context.Context, ws ident.Workspace, survey string, from, to Key, limit int, fn func(*Fact) error) error
	// CountFacts counts what Facts would hand out, stopping at limit.
	CountFacts(ctx context.Context, ws ident.Workspace, survey string, from, to Key, limit int) (int, error)
	// Marks reads up to limit marks of a survey, oldest first, tombstones too.
	Marks(ctx context.Context, ws ident.Workspace, survey string, limit int) ([]Mark, error)
	// Clear clears each mark whose response still has the mark's Rev; others
	// stay. A cleared tombstone keeps only its id and survey.
	Clear(ctx context.Context, ws ident.Workspace, survey string, ms []Mark) error

	// Due answers the surveys that have marks, as (workspace, survey) pairs,
	// at most limit, and when the oldest mark was set (zero without any). One of the two
	// kinds of method that begin without a workspace.
	Due(ctx context.Context, limit int) (refs []ident.Ref, oldest when.Time, err error)
}
