package render

import (
	"context"
	"sync"
	"time"

	"waymark/mapping"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// Cache keeps scores and pages for a moment, so that many who watch a map cost
// as much as one, and so that the same scores are not computed again for
// another language, theme or width.
type Cache struct {
	scores moment[scoresKey, mapping.Snapshot]
	pages  moment[pageKey, drawn]
}

type scoresKey struct {
	workspace ident.Workspace
	mapID     string
	version   int64
	window    int
}

type pageKey struct {
	scoresKey
	theme Theme
	lang  string
	width int
	embed bool
}

type drawn struct {
	body  []byte
	style string
}

const (
	keptFor = 500 * time.Millisecond
	// longest bounds how long a value is kept because it was slow to make.
	longest = 5 * time.Second
	maxKept = 32 << 20 // bytes, of scores and of pages each
)

var errNotMade = fault.New(fault.Unavailable, "not-drawn", "The map could not be drawn; try again.")

// moment keeps values for a moment. What is being made is waited for by all
// who ask for it; what does not fit into its memory is made for each.
type moment[K comparable, V any] struct {
	mu    sync.Mutex
	kept  map[K]*made[V]
	bytes int
}

type made[V any] struct {
	done  chan struct{} // closed when it is made
	at    time.Time     // when it was made; zero before
	until time.Time
	bytes int
	value V
	err   error
}

func (m *made[V]) fresh(now time.Time) bool {
	return m.at.IsZero() || !now.Before(m.at) && now.Before(m.until) // a clock may jump back
}

// get gives the value of a key, making it where none of the last moment is
// there. build tells how many bytes its value takes.
func (c *moment[K, V]) get(ctx context.Context, k K, now func() time.Time, build func() (V, int, error)) (V, error) {
	began := now()
	c.mu.Lock()
	if e := c.kept[k]; e != nil && e.fresh(began) {
		c.mu.Unlock()
		select {
		case <-e.done:
			return e.value, e.err
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
	}
	for old, e := range c.kept {
		if !e.fresh(began) {
			c.drop(old, e)
		}
	}
	e := &made[V]{done: make(chan struct{}), err: errNotMade}
	if c.kept == nil {
		c.kept = map[K]*made[V]{}
	}
	c.kept[k] = e
	c.mu.Unlock()
	defer func() { // also where making panics
		end := now()
		c.mu.Lock()
		defer c.mu.Unlock()
		defer close(e.done)
		// What took long is kept as long: at most half of the time is spent on it.
		e.at, e.until = end, end.Add(min(max(keptFor, end.Sub(began)), longest))
		if e.err != nil || c.bytes+e.bytes > maxKept {
			delete(c.kept, k)
			return
		}
		c.bytes += e.bytes
	}()
	e.value, e.bytes, e.err = build()
	return e.value, e.err
}

// drop forgets a value that was kept.
func (c *moment[K, V]) drop(k K, e *made[V]) {
	delete(c.kept, k)
	c.bytes -= e.bytes
}
