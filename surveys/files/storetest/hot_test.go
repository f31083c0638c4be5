package storetest_test

import (
	"context"
	"testing"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/files"
	"waymark/surveys/files/mongo"
	"waymark/surveys/files/sqlite"
)

func making(id string) func(context.Context, files.Store) error {
	return func(ctx context.Context, s files.Store) error {
		return s.Create(ctx, "w", files.File{ID: id}, []byte("x"))
	}
}

const byID = "files_id (ws=? AND id=?)"

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
var hot = []enginetest.Hot[files.Store]{
	{Name: "uploading", Method: "Create", Call: making("fil_b")},
	{Name: "finding", Method: "Find", Call: func(ctx context.Context, s files.Store) error {
		_, err := s.Find(ctx, "w", []string{"fil_a", "fil_b"})
		return err
	}, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "reading, with every picture of a page", Method: "Open", Call: func(ctx context.Context, s files.Store) error {
		_, _, err := s.Open(ctx, "w", "fil_a")
		return err
	}, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "deleting", Method: "Delete", Call: func(ctx context.Context, s files.Store) error { return s.Delete(ctx, "w", "fil_a") },
		SQLite: []string{byID}, Mongo: []string{"_id_"}},
}

var cold = map[string]string{}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) files.Store { return sqlite.New(e) }, making("fil_a"), hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) files.Store { return mongo.New(m) }, making("fil_a"), hot)
}
