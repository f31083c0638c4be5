package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// rebuilding recomputes the cells of every response: from no cells, which
// stores all of them, and then over the cells that stand, which compares and
// stores none. Reading the same rows bare, in turns with it, is what the same
// machine could do at most with one reader. At last the command does all of it
// in a process of its own, whose memory is watched.
func rebuilding() Measurement {
	return Measurement{Name: "rebuild", What: "recomputing what scores are read from, from every response", Run: measureRebuild}
}

func measureRebuild(ctx context.Context, e *Env) (_ []Figure, err error) {
	b, err := openBulk(ctx, e)
	if err != nil {
		return nil, err
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, b.close(ctx))
		}
	}()
	var out []Figure
	for k := range b.surveys {
		first, err := b.rebuild(ctx, e, k)
		if err != nil {
			return nil, err
		}
		var again, bare rate
		for range Times(e, 3, 1) {
			r, err := b.bare(ctx, countedColumns)
			if err != nil {
				return nil, err
			}
			bare.add(r)
			if r, err = b.rebuild(ctx, e, k); err != nil {
				return nil, err
			}
			again.add(r)
		}
		out = append(out,
			Figure{What: fmt.Sprintf("`rebuild` of %s responses that %s", amount(float64(b.n), ""), came[k]), Value: again.perSecond(), Unit: "a second", Goal: AtLeast(200_000),
				Note: fmt.Sprintf("over %d days; where no cell is stored yet %s", bulkDays, amount(first.perSecond(), "a second"))},
			Figure{What: "the same against reading the rows and nothing else", Value: again.perSecond(), Unit: "a second",
				Limit: &Limit{What: "same driver, one reader, in the order in which they lie", Value: bare.perSecond(), Unit: "a second"}})
	}
	closed = true
	if err := b.close(ctx); err != nil {
		return nil, err
	}
	e.Progress("the command")
	c, err := e.run(ctx, "rebuild", "--data", filepath.Dir(b.file))
	if err != nil {
		return nil, err
	}
	all := rate{int64(len(b.surveys) * b.n), c.time}
	return append(out, memory(fmt.Sprintf("memory of `rebuild`, %s responses", amount(float64(all.n), "")), c.peak, nil,
		fmt.Sprintf("resident at most; the command took %s, %s", amount(c.time.Seconds(), "s"), amount(all.perSecond(), "a second")))), nil
}

func (b *bulk) rebuild(ctx context.Context, e *Env, k int) (r rate, err error) {
	began, last := time.Now(), int64(0)
	err = b.app.Roller.Rebuild(ctx, b.ws, b.surveys[k], func(n int64) {
		last = n
		e.Progress("%d of %d responses that %s", n, b.n, came[k])
	})
	if err != nil {
		return r, fmt.Errorf("rebuilding: %w", err)
	}
	if last != int64(b.n) {
		return r, fmt.Errorf("rebuilding: %d responses were read, and %d are stored", last, b.n)
	}
	return rate{last, time.Since(began)}, nil
}
