package render

import (
	"sync"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

var errNotDrawn = fault.New(fault.Unavailable, "not-drawn", "The map could not be drawn; try again.")

// Cache keeps pages for a moment, so that many who watch a map cost as much
// as one. Its memory is bounded: what does not fit is drawn for each.
type Cache struct {
	mu   sync.Mutex
	kept map[drawnKey]*entry
}

const (
	keptFor = 500 * time.Millisecond
	maxKept = 128
)

type drawnKey struct {
	workspace ident.Workspace
	mapID     string
	version   int64
	window    int
	theme     Theme
	lang      string
	embed     bool
}

type drawn struct {
	body  []byte
	style string
}

type entry struct {
	at   time.Time
	done chan struct{} // closed when drawn
	d    drawn
	err  error
}

// get gives the page of a key, drawing it where none of the last moment is
// there. Those who ask meanwhile wait for the same drawing.
func (c *Cache) get(k drawnKey, now time.Time, draw func() (drawn, error)) (drawn, error) {
	c.mu.Lock()
	e := c.kept[k]
	if e != nil && now.Sub(e.at) < keptFor && !now.Before(e.at) {
		c.mu.Unlock()
		<-e.done
		return e.d, e.err
	}
	if len(c.kept) >= maxKept {
		for old, e := range c.kept {
			if now.Sub(e.at) >= keptFor || now.Before(e.at) {
				delete(c.kept, old)
			}
		}
	}
	if len(c.kept) >= maxKept {
		c.mu.Unlock()
		return draw()
	}
	e = &entry{at: now, done: make(chan struct{})}
	if c.kept == nil {
		c.kept = map[drawnKey]*entry{}
	}
	c.kept[k] = e
	c.mu.Unlock()
	defer close(e.done) // also where drawing panics
	e.err = errNotDrawn
	e.d, e.err = draw()
	if e.err != nil {
		c.mu.Lock()
		if c.kept[k] == e {
			delete(c.kept, k)
		}
		c.mu.Unlock()
	}
	return e.d, e.err
}
