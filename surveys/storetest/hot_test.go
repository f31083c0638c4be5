package storetest_test

import (
	"context"
	"testing"

	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
	"waymark/surveys/mongo"
	"waymark/surveys/sqlite"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
var (
	first  = ident.Page{Limit: 20}
	second = ident.Page{Limit: 20, Cursor: ident.Cursor{Seq: 5, ID: "srv_a"}}
)

func listing(f surveys.Filter, p ident.Page) func(context.Context, surveys.Store) error {
	return func(ctx context.Context, s surveys.Store) error { _, _, err := s.List(ctx, "w", f, p); return err }
}

const byID = "surveys_id (ws=? AND id=?)"

var hot = []enginetest.Hot[surveys.Store]{
	{Name: "making", Method: "Create", Call: func(ctx context.Context, s surveys.Store) error {
		return s.Create(ctx, "w", surveys.Record{ID: "srv_b", Rev: 1})
	}},
	{Name: "reading", Method: "Get", Call: func(ctx context.Context, s surveys.Store) error { _, err := s.Get(ctx, "w", "srv_a"); return err }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "reading the state, with every answer", Method: "Head", Call: func(ctx context.Context, s surveys.Store) error { _, err := s.Head(ctx, "w", "srv_a"); return err }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "replacing", Method: "Replace", Call: func(ctx context.Context, s surveys.Store) error {
		return s.Replace(ctx, "w", surveys.Record{ID: "srv_a", Rev: 2}, 1)
	}, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "deleting", Method: "Delete", Call: func(ctx context.Context, s surveys.Store) error { return s.Delete(ctx, "w", "srv_del", 1) }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "archiving a version", Method: "Archive", Call: func(ctx context.Context, s surveys.Store) error {
		return s.Archive(ctx, "w", surveys.Version{Survey: "srv_a", Number: 2})
	}},
	{Name: "reading a version", Method: "Archived", Call: func(ctx context.Context, s surveys.Store) error {
		_, err := s.Archived(ctx, "w", "srv_a", 1)
		return err
	},
		SQLite: []string{"PRIMARY KEY (ws=? AND survey=? AND number=?)"}, Mongo: []string{"_id_"}},
	{Name: "reading all versions", Method: "ArchivedAll", Call: func(ctx context.Context, s surveys.Store) error {
		_, err := s.ArchivedAll(ctx, "w", "srv_a")
		return err
	},
		SQLite: []string{"PRIMARY KEY (ws=? AND survey=?)"}, Mongo: []string{"workspace_survey_number"}},
	{Name: "a list", Method: "List", Call: listing(surveys.Filter{}, first), SQLite: []string{"surveys_seq (ws=?)"}, Mongo: []string{"workspace_seq"}},
	{Name: "a list's next page", Method: "List", Call: listing(surveys.Filter{}, second), SQLite: []string{"surveys_seq (ws=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_seq"}},
	{Name: "a list of what is open", Method: "List", Call: listing(surveys.Filter{Status: surveys.Published}, first), SQLite: []string{"surveys_seq (ws=?)"}, Mongo: []string{"workspace_seq"}},
	{Name: "a list of a map", Method: "List", Call: listing(surveys.Filter{Map: "map_a"}, second), SQLite: []string{"surveys_map (ws=? AND map=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_map"}},
	{Name: "a list of a map's stage", Method: "List", Call: listing(surveys.Filter{Map: "map_a", Stage: "delivery"}, first), SQLite: []string{"surveys_map (ws=? AND map=?)"}, Mongo: []string{"workspace_map"}},
	{Name: "all of a map, with its scores", Method: "OfMap", Call: func(ctx context.Context, s surveys.Store) error { _, err := s.OfMap(ctx, "w", "map_a"); return err },
		SQLite: []string{"surveys_map (ws=? AND map=?); surveys_current_map (ws=? AND current_map=?)"}, Mongo: []string{"workspace_map workspace_current_map"}, Sorts: "of equal places in the list only"},
}

var cold = map[string]string{}

func fill(ctx context.Context, s surveys.Store) error {
	for _, id := range []string{"srv_a", "srv_del"} {
		if err := s.Create(ctx, "w", surveys.Record{ID: id, Rev: 1}); err != nil {
			return err
		}
	}
	return s.Archive(ctx, "w", surveys.Version{Survey: "srv_a", Number: 1})
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) surveys.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) surveys.Store { return mongo.New(m) }, fill, hot)
}
