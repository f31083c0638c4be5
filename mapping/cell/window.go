package cell

import (
	"context"
	"fmt"

	"waymark/responses"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Window gives the groups of the responses with occurred_at in [from, to),
// exact to the millisecond as of the last roll-up. It reads the coarsest nodes
// that fill the window; in an edge it descends through split nodes and reads
// responses only inside a leaf. A bucket with nothing outside the window is no
// edge: so a window that ends now reads today's node, and its counts do not
// fall back where a newer answer, read by itself, is later read as a cell.
func (r *Roller) Window(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time) ([]Group, error) {
	return r.window(ctx, ws, survey, from, to, false)
}

// Totals gives the groups of Window with their segments put together, one for
// each version. It costs the same however many segments there are.
func (r *Roller) Totals(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time) ([]Group, error) {
	return r.window(ctx, ws, survey, from, to, true)
}

func (r *Roller) window(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time, aside bool) ([]Group, error) {
	w := &window{r: r, ws: ws, survey: survey, tally: newTally(r.shapes(ctx, ws, survey)), nodes: r.Cells.Nodes}
	if w.tally.aside = aside; aside {
		w.nodes = r.Cells.Totals
	}
	lo, hi := responses.Key{At: max(from.Milli(), 0)}, responses.Key{At: to.Milli()}
	if err := w.cover(ctx, Day, lo, hi); err != nil {
		return nil, fmt.Errorf("reading a window of survey %s: %w", survey, err)
	}
	return w.tally.result(), nil
}

// Last gives the newest counted occurred_at of all time in milliseconds, as of
// the last roll-up; 0 where there is none.
func (r *Roller) Last(ctx context.Context, ws ident.Workspace, survey string) (int64, error) {
	last, err := r.Cells.Last(ctx, ws, survey)
	if err != nil {
		return 0, fmt.Errorf("reading the newest day of survey %s: %w", survey, err)
	}
	return last, nil
}

type window struct {
	r      *Roller
	ws     ident.Workspace
	survey string
	tally  *tally
	nodes  func(ctx context.Context, ws ident.Workspace, survey string, level Level, from, to responses.Key) ([]Node, error)
}

// cover adds what lies in [lo, hi), by nodes of the level where they lie
// within it.
func (w *window) cover(ctx context.Context, level Level, lo, hi responses.Key) error {
	if !before(lo, hi) {
		return nil
	}
	if k := KeyOf(level, lo); k.Start != lo {
		end := k.End()
		if before(hi, end) {
			end = hi
		}
		if err := w.edge(ctx, k, lo, end); err != nil {
			return err
		}
		if lo = end; !before(lo, hi) {
			return nil
		}
	}
	whole := hi
	if level <= Millisecond { // windows end on a millisecond, so parts are always whole
		whole = KeyOf(level, hi).Start
	}
	if before(lo, whole) {
		nodes, err := w.nodes(ctx, w.ws, w.survey, level, lo, whole)
		if err != nil {
			return err
		}
		for i := range nodes {
			if err := w.add(ctx, &nodes[i]); err != nil {
				return err
			}
		}
	}
	if before(whole, hi) {
		return w.edge(ctx, KeyOf(level, whole), whole, hi)
	}
	return nil
}

func (w *window) add(ctx context.Context, n *Node) error {
	groups := n.Groups
	switch {
	case w.tally.aside && len(n.Totals) > 0:
		groups = n.Totals
	case n.Open:
		return w.cover(ctx, n.Level+1, n.Start, n.End())
	}
	for i := range groups {
		if err := w.tally.merge(&groups[i]); err != nil {
			return err
		}
	}
	return nil
}

// edge adds the part [lo, hi) of a bucket.
func (w *window) edge(ctx context.Context, k NodeKey, lo, hi responses.Key) error {
	nodes, err := w.nodes(ctx, w.ws, w.survey, k.Level, k.Start, k.End())
	if err != nil {
		return err
	}
	if len(nodes) == 0 {
		return nil
	}
	n := &nodes[0]
	switch {
	case lo == k.Start && n.endsBefore(hi):
		return w.add(ctx, n)
	case n.Split:
		return w.cover(ctx, k.Level+1, lo, hi)
	}
	return w.r.Responses.Facts(ctx, w.ws, w.survey, lo, hi, 0, w.tally.add)
}

// endsBefore reports whether every response of the bucket is known to lie
// before a place. Of suspects a node does not know when they answered.
func (n *Node) endsBefore(k responses.Key) bool {
	groups := n.Totals
	if len(groups) == 0 {
		groups = n.Groups
	}
	for i := range groups {
		if groups[i].Suspects > 0 {
			return false
		}
	}
	return (!n.Open || len(n.Totals) > 0) && n.Last < k.At
}
