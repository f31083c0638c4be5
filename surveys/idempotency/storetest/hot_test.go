package storetest_test

import (
	"context"
	"testing"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/idempotency"
	"waymark/surveys/idempotency/mongo"
	"waymark/surveys/idempotency/sqlite"
	"waymark/surveys/when"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
const byID = "sqlite_autoindex_idempotency_1 (workspace=? AND id=?)"

var hot = []enginetest.Hot[idempotency.Store]{
	{Name: "beginning", Method: "Create", Call: func(ctx context.Context, s idempotency.Store) error {
		_, err := s.Create(ctx, idempotency.Record{ID: "b", Workspace: "w"})
		return err
	}},
	{Name: "reading", Method: "Get", Call: func(ctx context.Context, s idempotency.Store) error { _, err := s.Get(ctx, "w", "a"); return err }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "renewing", Method: "Renew", Call: func(ctx context.Context, s idempotency.Store) error {
		_, err := s.Renew(ctx, idempotency.Record{ID: "a", Workspace: "w", CreatedAt: when.Milli(2)}, when.Milli(1))
		return err
	}, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "finishing", Method: "Finish", Call: func(ctx context.Context, s idempotency.Store) error {
		_, err := s.Finish(ctx, idempotency.Record{ID: "a", Workspace: "w", CreatedAt: when.Milli(1), Answer: &idempotency.Answer{Status: 201}})
		return err
	}, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "sweeping", Method: "Sweep", Call: func(ctx context.Context, s idempotency.Store) error {
		_, err := s.Sweep(ctx, when.Milli(5), 500)
		return err
	},
		SQLite: []string{"idempotency_created (created_at<?)"}, Mongo: []string{"created", "_id_"}},
}

var cold = map[string]string{}

func fill(ctx context.Context, s idempotency.Store) error {
	_, err := s.Create(ctx, idempotency.Record{ID: "a", Workspace: "w", CreatedAt: when.Milli(1)})
	return err
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) idempotency.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) idempotency.Store { return mongo.New(m) }, fill, hot)
}
