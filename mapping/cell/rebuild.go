package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

const (
	// rebuilders is the number of buckets rebuilt at once: it is the processor
	// that bounds one.
	rebuilders = 2
	// maxInMemory is the number of responses above which a bucket is rebuilt part by part.
	maxInMemory = 100_000
)

// Rebuild recomputes every node of a survey, each day from one scan, and
// stores those that differ. It works beside a running server: every put is a
// compare-and-set at the revision read before the scan, and marks stay with
// RollUp. Memory grows with neither the history nor a day's answers. Progress,
// where set, is told the number of responses read so far, from one goroutine
// at a time.
func (r *Roller) Rebuild(ctx context.Context, ws ident.Workspace, survey string, progress func(done int64)) error {
	b := &rebuilder{inMemory: cmp.Or(r.inMemory, maxInMemory), recompute: recompute{r: r, ws: ws, survey: survey, shapes: r.shapes(ctx, ws, survey), slots: make(chan struct{}, rebuilders-1)}}
	if progress != nil {
		var mu sync.Mutex
		var sum int64
		b.counted = func(rows int) {
			mu.Lock()
			defer mu.Unlock()
			sum += int64(rows)
			progress(sum)
		}
	}
	days, err := b.buckets(ctx, Day, responses.Key{}, responses.Key{At: endOfTime})
	if err != nil {
		return err
	}
	return b.each(ctx, days, func(ctx context.Context, d bucket) error { return b.bucket(ctx, d.key) })
}

// rebuilder recomputes nodes as roll-ups do, but a bucket with all its parts
// from one scan where that fits into memory.
type rebuilder struct {
	recompute
	inMemory int
}

func (b *rebuilder) bucket(ctx context.Context, key NodeKey) error {
	n, err := b.r.Cells.Node(ctx, b.ws, b.survey, key)
	if err != nil {
		return fmt.Errorf("reading the %s: %w", key, err)
	}
	if n.Rev == 0 {
		n.NodeKey = key
	}
	if n.Counted <= int64(b.inMemory) {
		switch err := b.whole(ctx, n); {
		case fault.Is(err, fault.Stale): // a roll-up came between
			return b.node(ctx, key, everything)
		case !errors.Is(err, errFull):
			return err
		}
	}
	if !n.Split || key.Level == Part2 {
		return b.node(ctx, key, everything)
	}
	parts, err := b.buckets(ctx, key.Level+1, key.Start, key.End())
	if err != nil {
		return err
	}
	if err := b.each(ctx, parts, func(ctx context.Context, p bucket) error { return b.bucket(ctx, p.key) }); err != nil {
		return err
	}
	return b.compute(ctx, key, everything, true)
}

// whole rebuilds a bucket from its rows in memory; errFull where they are too many.
func (b *rebuilder) whole(ctx context.Context, n Node) error {
	s := &scan{rebuilder: b, stored: map[NodeKey]Node{n.NodeKey: n}, below: map[NodeKey][]NodeKey{}}
	limit := b.inMemory
	if !n.Split {
		limit = min(limit, MaxLeaf)
	}
	for {
		// A bucket that is about to split meets parts that an earlier split left.
		if n.Split || limit > MaxLeaf {
			if err := s.readBelow(ctx, n.NodeKey); err != nil {
				return err
			}
		}
		rows, err := s.read(ctx, n.NodeKey, limit)
		if errors.Is(err, errFull) && limit < b.inMemory {
			limit = b.inMemory
			continue
		}
		if errors.Is(err, errFull) {
			return err
		}
		if err != nil {
			return fmt.Errorf("reading the responses of the %s: %w", n.NodeKey, err)
		}
		if _, _, err := s.build(n.NodeKey, rows, false); err != nil {
			return err
		}
		if b.counted != nil {
			b.counted(len(rows))
		}
		return s.put(ctx)
	}
}

// readBelow reads the stored parts of a bucket, of every level.
func (s *scan) readBelow(ctx context.Context, key NodeKey) error {
	for level := key.Level + 1; level <= Part2; level++ {
		nodes, err := s.r.Cells.Nodes(ctx, s.ws, s.survey, level, key.Start, key.End())
		if err != nil {
			return fmt.Errorf("reading the parts of the %s: %w", key, err)
		}
		for _, n := range nodes {
			s.stored[n.NodeKey] = n
			up := KeyOf(level-1, n.Start)
			s.below[up] = append(s.below[up], n.NodeKey)
		}
	}
	return nil
}

// put stores the changed nodes, children before parents, each level in groups
// that share commits.
func (s *scan) put(ctx context.Context) error {
	for level := Part2; level >= Day; level-- {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(64)
		for _, n := range s.puts[level] {
			g.Go(func() error {
				err := s.r.Cells.Put(ctx, s.ws, s.survey, n, n.Rev-1)
				if err != nil && !errors.Is(err, context.Canceled) {
					return fmt.Errorf("storing the %s: %w", n.NodeKey, err)
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}
