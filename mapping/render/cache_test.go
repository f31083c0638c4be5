package render

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/mapping"
	"waymark/mapping/cell"
	"waymark/surveys"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// counting reads no answers and counts how often it was asked for a window.
type counting struct{ windows atomic.Int64 }

func (c *counting) OfMap(context.Context, ident.Workspace, string) ([]surveys.Outline, error) {
	return []surveys.Outline{{ID: "srv_x", Current: 1}}, nil
}

func (c *counting) Published(context.Context, ident.Workspace, string) ([]surveys.Version, error) {
	return []surveys.Version{{Number: 1}}, nil
}

func (c *counting) Window(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time) ([]cell.Group, error) {
	return c.Totals(ctx, ws, survey, from, to)
}

func (c *counting) Totals(context.Context, ident.Workspace, string, when.Time, when.Time) ([]cell.Group, error) {
	c.windows.Add(1)
	time.Sleep(time.Millisecond) // so that others meet it
	return nil, nil
}

func (c *counting) Last(context.Context, ident.Workspace, string) (int64, error) { return 0, nil }

func watched(now func() time.Time) (PageHTTP, *counting) {
	c := &counting{}
	return PageHTTP{Now: now, Cache: &Cache{}, Scores: &mapping.ScoresService{Surveys: c, Windows: c, Now: now,
		Ages: func(context.Context, ident.Workspace) (fresh, stale time.Duration, err error) {
			return time.Hour, 2 * time.Hour, nil
		}}}, c
}

var watchedMap = mapping.Record{ID: "map_x", Version: 1, Document: []byte(`{"title": "Shop", "stages": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}`)}

// variants lists every page that a holder of a link can ask for.
func variants() (all []asked) {
	for i, w := range Windows {
		for _, lang := range Languages() {
			for _, theme := range []Theme{Auto, Light, Dark, Print} {
				for _, width := range []int{0, 400, 1600} {
					for _, embed := range []bool{false, true} {
						all = append(all, asked{Options{Theme: theme, Lang: lang, Width: width, Window: w.Length}, i, embed})
					}
				}
			}
		}
	}
	return all
}

func TestEveryVariantOfAPageSharesTheScoresOfItsWindow(t *testing.T) {
	at := asOf.Time()
	h, c := watched(func() time.Time { return at })
	var g sync.WaitGroup
	for _, a := range variants() {
		g.Go(func() {
			if _, err := h.page(t.Context(), "w", mapping.Share{Map: "map_x"}, watchedMap, a); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	once := c.windows.Load()
	if once != 2*int64(len(Windows)) { // each with the one before, for what changed
		t.Errorf("%d pages of %d windows read %d windows", len(variants()), len(Windows), once)
	}
	at = at.Add(keptFor)
	if _, err := h.page(t.Context(), "w", mapping.Share{Map: "map_x"}, watchedMap, variants()[0]); err != nil || c.windows.Load() == once {
		t.Errorf("a moment later nothing is read again: %v", err)
	}
	edited := watchedMap
	edited.Version++
	before := c.windows.Load()
	if _, err := h.page(t.Context(), "w", mapping.Share{Map: "map_x"}, edited, variants()[0]); err != nil || c.windows.Load() == before {
		t.Errorf("an edited map shows its old scores: %v", err)
	}
}

func TestCacheMakesOnceForAllWhoAskAndForgets(t *testing.T) {
	at := asOf.Time()
	var mu sync.Mutex
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return at }
	pass := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); at = at.Add(d) }
	made := 0
	get := func(c *moment[string, int], k string, bytes int) int {
		v, err := c.get(t.Context(), k, now, func() (int, int, error) { made++; return made, bytes, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var c moment[string, int]
	if a, b := get(&c, "x", 1), get(&c, "x", 1); a != b {
		t.Error("the same moment makes it twice")
	}
	pass(keptFor)
	if get(&c, "x", 1) != 2 {
		t.Error("it is kept too long")
	}
	pass(-time.Hour)
	if get(&c, "x", 1) != 3 {
		t.Error("a clock that jumps back keeps it for an hour")
	}
	for i := range 50 {
		get(&c, fmt.Sprint(i), maxKept/10)
	}
	if c.bytes > maxKept || len(c.kept) > 11 {
		t.Errorf("%d bytes in %d entries are kept", c.bytes, len(c.kept))
	}
	pass(time.Hour)
	get(&c, "y", 5)
	if c.bytes != 5 || len(c.kept) != 1 {
		t.Errorf("%d bytes in %d entries outlive their moment", c.bytes, len(c.kept))
	}

	// What takes long is waited for, not begun again, and kept as long as it took.
	begun, end := make(chan struct{}), make(chan struct{})
	var g sync.WaitGroup
	g.Go(func() {
		_, _ = c.get(t.Context(), "slow", now, func() (int, int, error) { close(begun); <-end; return 7, 1, nil })
	})
	<-begun
	pass(3 * time.Second)
	g.Go(func() {
		if v := get(&c, "slow", 1); v != 7 {
			t.Errorf("who asks meanwhile gets %d", v)
		}
	})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.get(gone, "slow", now, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone waits on: %v", err)
	}
	close(end)
	g.Wait()
	pass(2 * time.Second)
	if get(&c, "slow", 1) != 7 {
		t.Error("what took three seconds is made again after two")
	}

	if _, err := c.get(t.Context(), "bad", now, func() (int, int, error) { return 0, 1, errNotMade }); err == nil {
		t.Error("a failure is lost")
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = c.get(t.Context(), "bad", now, func() (int, int, error) { panic("no") })
	}()
	if get(&c, "bad", 1) == 0 {
		t.Error("a failure is kept")
	}
}
