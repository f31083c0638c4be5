package storetest_test

import (
	"context"
	"testing"

	"waymark/mapping/cell"
	"waymark/mapping/cell/mongo"
	"waymark/mapping/cell/sqlite"
	"waymark/responses"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
const byKey = "sqlite_autoindex_cells_1 (ws=? AND survey=? AND level=? AND at=? AND prefix=?)"

var day = cell.NodeKey{Level: cell.Day, Start: responses.Key{At: 86400000}}

var hot = []enginetest.Hot[cell.Store]{
	{Name: "reading a node", Method: "Node", Majority: true, Call: func(ctx context.Context, s cell.Store) error { _, err := s.Node(ctx, "w", "srv_a", day); return err }, SQLite: []string{byKey}, Mongo: []string{"_id_"}},
	{Name: "a first put", Method: "Put", Call: func(ctx context.Context, s cell.Store) error {
		return s.Put(ctx, "w", "srv_a", cell.Node{NodeKey: cell.NodeKey{Level: cell.Hour}, Rev: 1}, 0)
	}},
	{Name: "a later put", Method: "Put", Call: func(ctx context.Context, s cell.Store) error {
		return s.Put(ctx, "w", "srv_a", cell.Node{NodeKey: day, Rev: 2}, 1)
	}, SQLite: []string{byKey}, Mongo: []string{"_id_"}},
	{Name: "the nodes of a window", Method: "Nodes", Majority: true, Call: func(ctx context.Context, s cell.Store) error {
		_, err := s.Nodes(ctx, "w", "srv_a", cell.Day, responses.Key{}, responses.Key{At: 1 << 40})
		return err
	}, SQLite: []string{"sqlite_autoindex_cells_1 (ws=? AND survey=? AND level=? AND (at,prefix)>(?,?) AND (at,prefix)<(?,?))"}, Mongo: []string{"_id_"}},
	{Name: "the keys of a window", Method: "Keys", Majority: true, Call: func(ctx context.Context, s cell.Store) error {
		_, err := s.Keys(ctx, "w", "srv_a", cell.Day, responses.Key{}, responses.Key{At: 1 << 40})
		return err
	}, SQLite: []string{"COVERING INDEX sqlite_autoindex_cells_1 (ws=? AND survey=? AND level=? AND (at,prefix)>(?,?) AND (at,prefix)<(?,?))"}, Mongo: []string{"_id_"}},
	{Name: "the totals of a window", Method: "Totals", Majority: true, Call: func(ctx context.Context, s cell.Store) error {
		_, err := s.Totals(ctx, "w", "srv_a", cell.Day, responses.Key{}, responses.Key{At: 1 << 40})
		return err
	}, SQLite: []string{"sqlite_autoindex_cells_1 (ws=? AND survey=? AND level=? AND (at,prefix)>(?,?) AND (at,prefix)<(?,?))"}, Mongo: []string{"_id_"}},
	{Name: "the newest day", Method: "Last", Majority: true, Call: func(ctx context.Context, s cell.Store) error { _, err := s.Last(ctx, "w", "srv_a"); return err },
		SQLite: []string{"INDEX cells_last_day (ws=? AND survey=?)"}, Mongo: []string{"_id_"}},
}

var cold = map[string]string{}

func fill(ctx context.Context, s cell.Store) error {
	return s.Put(ctx, "w", "srv_a", cell.Node{NodeKey: day, Rev: 1, Counted: 1}, 0)
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) cell.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) cell.Store { return mongo.New(m) }, fill, hot)
}
