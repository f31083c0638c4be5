package cell

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// recompute brings nodes up to date. Why no roll-up can undo another's work,
// whatever their order:
//
//   - A leaf's writer reads the node's revision, then scans the responses, then
//     puts the node where it still has that revision. Of two writers the
//     later one to succeed read the revision after the earlier one's put, so
//     it scanned later and saw all that the earlier one saw.
//   - A split node's writer puts its dirty children first, then reads the node's
//     revision, then reads all children, then puts. By the same argument
//     the last writer merged every child that any writer put before.
//   - A bucket splits by a put at a revision that was read before any of
//     its children was computed. A writer who did not yet see the split either
//     put before, and then the split fails and is repeated, or fails itself
//     and then sees the split. So no child is left behind, and a bucket
//     that was split stays so.
//
// A mark is cleared only after the puts of all its buckets up to the day, at the
// revision it was read at, which was before the scan. A crash between any
// two steps leaves the mark; nodes are computed afresh, so repeating is harmless.
type recompute struct {
	r      *Roller
	ws     ident.Workspace
	survey string
	shapes *shapes
	slots  chan struct{}
	// counted, where set, is told the number of responses that went into a leaf.
	counted func(rows int)
}

// attempts bounds the puts of one node; each failure means that another
// writer succeeded.
const attempts = 200

var errFull = errors.New("the bucket has more responses than a leaf may have")

// everything stands for all places of a bucket. A bucket that is computed as part
// of a split must be computed whole even where another writer split it
// meanwhile: that one may have scanned before this one's marks were set.
var everything []responses.Key

// node recomputes one bucket from its dirty places.
func (c *recompute) node(ctx context.Context, key NodeKey, dirty []responses.Key) error {
	return c.compute(ctx, key, dirty, false)
}

// compute is node; childrenDone says that the bucket is split and its children were put.
func (c *recompute) compute(ctx context.Context, key NodeKey, dirty []responses.Key, childrenDone bool) error {
	for try := range attempts {
		if try > 0 {
			if err := jitter(ctx, try); err != nil {
				return err
			}
		}
		n, err := c.r.Cells.Node(ctx, c.ws, c.survey, key)
		if err != nil {
			return fmt.Errorf("reading the %s: %w", key, err)
		}
		if n.Split && !childrenDone {
			if len(dirty) == 0 {
				err = c.split(ctx, key)
			} else {
				err = c.each(ctx, byBucket(key.Level+1, dirty), func(ctx context.Context, b bucket) error {
					return c.node(ctx, b.key, b.dirty)
				})
			}
			if err != nil {
				return err
			}
			childrenDone = true
			// The revision is read after the children were put.
			if n, err = c.r.Cells.Node(ctx, c.ws, c.survey, key); err != nil {
				return fmt.Errorf("reading the %s: %w", key, err)
			}
		}
		next := Node{NodeKey: key, Rev: n.Rev + 1, Split: n.Split}
		if !n.Split {
			err = c.leaf(ctx, &next)
			if errors.Is(err, errFull) {
				next.Split = true
				err = c.split(ctx, key)
			}
		}
		if err == nil && next.Split {
			err = c.merge(ctx, &next)
		}
		if err != nil {
			return err
		}
		err = c.r.Cells.Put(ctx, c.ws, c.survey, next, n.Rev)
		if !fault.Is(err, fault.Stale) {
			if err != nil {
				return fmt.Errorf("storing the %s: %w", key, err)
			}
			return nil
		}
	}
	return fault.New(fault.Unavailable, "busy-cell", "The %s of survey %s was changed by others %d times in a row.", key, c.survey, attempts)
}

// jitter waits up to some milliseconds, more with each try.
func jitter(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.Int64N(int64(min(try, 20)) * int64(time.Millisecond))))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leaf computes a node from its responses, errFull where they are too many
// and the bucket can be split.
func (c *recompute) leaf(ctx context.Context, n *Node) error {
	limit := MaxLeaf + 1
	if n.Level == Part2 {
		limit = 0
	}
	t, rows := newTally(c.shapes), 0
	err := c.r.Responses.Facts(ctx, c.ws, c.survey, n.Start, n.End(), limit, func(f *responses.Fact) error {
		if rows++; limit > 0 && rows > MaxLeaf {
			return errFull
		}
		return t.add(f)
	})
	if err != nil {
		return fmt.Errorf("counting the %s: %w", n.NodeKey, err)
	}
	if c.counted != nil {
		c.counted(rows)
	}
	return n.fill(t.result(), c.shapes)
}

// split computes every child that holds responses, and those that an earlier
// split left when it was cut off.
func (c *recompute) split(ctx context.Context, key NodeKey) error {
	list, err := c.buckets(ctx, key.Level+1, key.Start, key.End())
	if err != nil {
		return err
	}
	return c.each(ctx, list, func(ctx context.Context, b bucket) error { return c.node(ctx, b.key, everything) })
}

// buckets lists the buckets of a level in [from, to) that hold responses or have a node.
func (c *recompute) buckets(ctx context.Context, level Level, from, to responses.Key) ([]bucket, error) {
	stored, err := c.r.Cells.Keys(ctx, c.ws, c.survey, level, from, to)
	if err != nil {
		return nil, fmt.Errorf("listing the cells of survey %s: %w", c.survey, err)
	}
	var list []bucket
	for {
		at, found, err := c.r.next(ctx, c.ws, c.survey, from, to)
		if err != nil {
			return nil, err
		}
		k := KeyOf(level, at)
		for len(stored) > 0 && (!found || before(stored[0].Start, k.Start)) {
			list = append(list, bucket{key: stored[0]})
			stored = stored[1:]
		}
		if !found {
			return list, nil
		}
		if len(stored) > 0 && stored[0] == k {
			stored = stored[1:]
		}
		list = append(list, bucket{key: k})
		from = k.End()
	}
}

// merge computes a split node from its children.
func (c *recompute) merge(ctx context.Context, n *Node) error {
	children, err := c.r.Cells.Nodes(ctx, c.ws, c.survey, n.Level+1, n.Start, n.End())
	if err != nil {
		return fmt.Errorf("reading the parts of the %s: %w", n.NodeKey, err)
	}
	return n.fillFrom(children, c.shapes)
}

// next finds the first response in [from, to).
func (r *Roller) next(ctx context.Context, ws ident.Workspace, survey string, from, to responses.Key) (k responses.Key, found bool, err error) {
	err = r.Responses.Facts(ctx, ws, survey, from, to, 1, func(f *responses.Fact) error {
		k, found = responses.Key{At: f.OccurredAt.Milli(), ID: f.ID}, true
		return nil
	})
	if err != nil {
		return k, false, fmt.Errorf("finding the next response of survey %s: %w", survey, err)
	}
	return k, found, nil
}
