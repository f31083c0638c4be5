package enginetest

import (
	"context"
	"reflect"
	"testing"
	"time"
)

// Hot is a call on a hot path, with the index that must serve each query that
// it makes. The queries are caught on their way to the engine, so that none
// is forgotten and none is a copy.
type Hot[S any] struct {
	Name   string
	Method string // of the store's interface
	Call   func(ctx context.Context, s S) error
	// SQLite names what EXPLAIN QUERY PLAN must say of each query, in the order of
	// the queries: "maps_id (ws=? AND id=?)", several things with "; " between.
	SQLite []string
	// Mongo names the index of each query, "_id_" for the one that is always
	// there; of alternatives an index each, with a space between.
	Mongo []string
	// Majority says that what is read is written back: a MongoDB must not read
	// what a failover can undo.
	Majority bool
	// Sorts says why a sort in memory is well: what bounds it.
	Sorts string
	// Scans says why walking through an index from its beginning is well.
	Scans string
}

// queryTimeout bounds one call of a plan test.
const queryTimeout = 30 * time.Second

// Covers reports the methods of the interface S that are neither in the list
// nor in cold, which says why each of its methods is on no hot path.
func Covers[S any](t *testing.T, hot []Hot[S], cold map[string]string) {
	t.Helper()
	listed := map[string]bool{}
	for _, h := range hot {
		listed[h.Method] = true
	}
	store := reflect.TypeFor[S]()
	known := map[string]bool{}
	for i := range store.NumMethod() {
		name := store.Method(i).Name
		known[name] = true
		if listed[name] == (cold[name] != "") {
			t.Errorf("%s must be in the list of hot queries, or be said to be on no hot path", name)
		}
	}
	for name := range listed {
		if !known[name] {
			t.Errorf("%s is no method of %s", name, store)
		}
	}
}
