package surveys_test

import (
	"context"
	"fmt"
	"testing"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// reads counts how often whole definitions are read.
type reads struct {
	surveys.Store
	whole int
}

func (r *reads) Get(ctx context.Context, ws ident.Workspace, id string) (surveys.Record, error) {
	r.whole++
	return r.Store.Get(ctx, ws, id)
}

func (r *reads) ArchivedAll(ctx context.Context, ws ident.Workspace, id string) ([]surveys.Version, error) {
	r.whole++
	return r.Store.ArchivedAll(ctx, ws, id)
}

func TestPublishedVersionsAreReadOnceAndNoneIsMissed(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	counted := &reads{Store: s.Store}
	s.Store = counted
	id := create(t, s, doc(sat)).ID
	check := func(want string, whole bool) {
		t.Helper()
		counted.whole = 0
		vs, err := s.Published(ctx, "w", id)
		must(t, err)
		got := ""
		for _, v := range vs {
			got += fmt.Sprintf("%d:%s ", v.Number, v.Series[0].Title)
			if v.Document != nil {
				t.Error("a document is kept in memory")
			}
		}
		if got != want || (counted.whole > 0) != whole {
			t.Errorf("got %q after reading %d definitions, want %q", got, counted.whole, want)
		}
	}
	check("", false)
	publish(t, s, id)
	check("1:How was it? ", true)
	check("1:How was it? ", false)
	_, err := s.Put(ctx, actor, id, 1, []byte(doc(`{"id":"sat","type":"csat","title":"And now?"}`)))
	must(t, err)
	check("1:How was it? ", false)
	publish(t, s, id)
	check("1:How was it? 2:And now? ", true)
	check("1:How was it? 2:And now? ", false)
	if _, err := s.Published(ctx, "v", id); !fault.Is(err, fault.NotFound) {
		t.Errorf("attack 34: another workspace reads %v", err)
	}
}
