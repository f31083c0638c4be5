package cell

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"waymark/responses"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Responses is the part of responses.Store that cells are made from.
type Responses interface {
	Facts(ctx context.Context, ws ident.Workspace, survey string, from, to responses.Key, limit int, fn func(*responses.Fact) error) error
	Marks(ctx context.Context, ws ident.Workspace, survey string, limit int) ([]responses.Mark, error)
	Clear(ctx context.Context, ws ident.Workspace, survey string, ms []responses.Mark) error
}

// Roller keeps the nodes of surveys true and reads windows from them. Any
// number of Rollers, in any number of processes, may work on one survey.
type Roller struct {
	Cells     Store
	Responses Responses
	Versions  Versions
	// Rolled, where set, is told when the oldest of the marks just cleared was
	// set: from then until now scores did not show an answer.
	Rolled func(oldest when.Time)

	inMemory int // for tests; 0 means maxInMemory
}

const (
	// firstBatch is the number of marks of a roll-up's first round. A round that is
	// full is followed by rounds of largeBatch, so that a bulk import does
	// not recompute the same bucket over and over.
	firstBatch = 5000
	largeBatch = 50000
	// parallel is the number of buckets recomputed at once: their writes
	// share group commits.
	parallel = 8
)

// RollUp recomputes what the survey's marks name, and clears them, until none
// is left of those there were at its beginning: of what is marked meanwhile
// some may be left, or it would not end beside answers that never pause. n is
// the number of marks cleared at the revision they were read at. After an
// error every mark whose buckets may lag is still there.
func (r *Roller) RollUp(ctx context.Context, ws ident.Workspace, survey string) (n int, err error) {
	limit := firstBatch
	for {
		marks, err := r.Responses.Marks(ctx, ws, survey, limit)
		if err != nil {
			return n, fmt.Errorf("reading the marks of survey %s: %w", survey, err)
		}
		if len(marks) == 0 {
			return n, nil
		}
		if err := r.recomputeMarked(ctx, ws, survey, marks); err != nil {
			return n, err
		}
		if err := r.Responses.Clear(ctx, ws, survey, marks); err != nil {
			return n, fmt.Errorf("clearing the marks of survey %s: %w", survey, err)
		}
		n += len(marks)
		if r.Rolled != nil {
			r.Rolled(marks[0].Since) // they are read oldest first
		}
		if len(marks) < limit {
			return n, nil
		}
		limit = largeBatch
	}
}

func (r *Roller) recomputeMarked(ctx context.Context, ws ident.Workspace, survey string, marks []responses.Mark) error {
	var dirty []responses.Key
	for _, m := range marks {
		for _, at := range m.At {
			dirty = append(dirty, responses.Key{At: at, ID: m.ID})
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	c := &recompute{r: r, ws: ws, survey: survey, shapes: r.shapes(ctx, ws, survey), slots: make(chan struct{}, parallel)}
	for _, b := range byBucket(Day, dirty) {
		g.Go(func() error { return c.node(ctx, b.key, b.dirty) })
	}
	return g.Wait()
}

// bucket is a bucket and the dirty places in it.
type bucket struct {
	key   NodeKey
	dirty []responses.Key
}

// byBucket sorts places into the buckets of a level.
func byBucket(l Level, dirty []responses.Key) []bucket {
	slices.SortFunc(dirty, func(a, b responses.Key) int {
		switch {
		case before(a, b):
			return -1
		case before(b, a):
			return 1
		}
		return 0
	})
	var out []bucket
	for i, k := range dirty {
		key := KeyOf(l, k)
		if n := len(out); n > 0 && out[n-1].key == key {
			out[n-1].dirty = dirty[i-len(out[n-1].dirty) : i+1]
			continue
		}
		out = append(out, bucket{key: key, dirty: dirty[i : i+1]})
	}
	return out
}

// each runs fn for every bucket, in other goroutines where a slot is free.
func (c *recompute) each(ctx context.Context, list []bucket, fn func(context.Context, bucket) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, b := range list {
		if ctx.Err() != nil {
			break
		}
		run := func() {
			if err := fn(ctx, b); err != nil {
				cancel(err)
			}
		}
		select {
		case c.slots <- struct{}{}:
			wg.Go(func() { defer func() { <-c.slots }(); run() })
		default:
			run()
		}
	}
	wg.Wait()
	return context.Cause(ctx)
}
