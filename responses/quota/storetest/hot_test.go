package storetest_test

import (
	"context"
	"testing"

	"waymark/responses/quota"
	"waymark/responses/quota/mongo"
	"waymark/responses/quota/sqlite"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/when"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
const (
	byHolder = "quota_slots_holder (ws=? AND holder=? AND key=?)"
	byNumber = "quota_slots_number (ws=? AND key=? AND n=?)"
)

func taking(key, holder string) func(context.Context, quota.Store) error {
	return func(ctx context.Context, s quota.Store) error {
		_, _, err := s.Take(ctx, "w", quota.Cap{Key: key, Limit: 9}, holder, when.Milli(1), 1)
		return err
	}
}

var hot = []enginetest.Hot[quota.Store]{
	{Name: "taking a slot again", Method: "Take", Call: taking("a", "rsp_a"), SQLite: []string{byHolder}, Mongo: []string{"workspace_holder_key", "_id_"}},
	{Name: "taking a new slot", Method: "Take", Call: taking("a", "rsp_new"),
		SQLite: []string{byHolder, byNumber + "; quota_slots_free (ws=? AND key=? AND free=? AND n<?)", "quota_slots_number (ws=? AND key=?)"},
		Mongo:  []string{"workspace_holder_key", "workspace_key_free_n", "workspace_key_n"}},
	{Name: "taking a slot that was given back", Method: "Take", Call: taking("b", "rsp_new"),
		SQLite: []string{byHolder, byNumber + "; quota_slots_free (ws=? AND key=? AND free=? AND n<?)"},
		Mongo:  []string{"workspace_holder_key", "workspace_key_free_n", "_id_"}},
	{Name: "making sure", Method: "Sure", Call: func(ctx context.Context, s quota.Store) error { return s.Sure(ctx, "w", "rsp_a", []string{"a"}) },
		SQLite: []string{byHolder}, Mongo: []string{"workspace_holder_key", "_id_"}},
	{Name: "doubting", Method: "Doubt", Call: func(ctx context.Context, s quota.Store) error { return s.Doubt(ctx, "w", "rsp_a", when.Milli(2)) },
		SQLite: []string{"quota_slots_holder (ws=? AND holder=?)"}, Mongo: []string{"workspace_holder_key", "_id_"}},
	{Name: "giving back", Method: "Free", Call: func(ctx context.Context, s quota.Store) error {
		return s.Free(ctx, "w", "rsp_a", quota.Held{"a": 1})
	}, SQLite: []string{byHolder}, Mongo: []string{"workspace_holder_key", "_id_"}},
	{Name: "reading all", Method: "Held", Call: func(ctx context.Context, s quota.Store) error {
		_, err := s.Held(ctx, "w", "rsp_a", nil)
		return err
	}, SQLite: []string{"quota_slots_holder (ws=? AND holder=?)"}, Mongo: []string{"workspace_holder_key"}},
	{Name: "looking for doubtful ones", Method: "Doubtful", Call: func(ctx context.Context, s quota.Store) error {
		_, err := s.Doubtful(ctx, "w", "a", when.Milli(9), 9)
		return err
	}, SQLite: []string{"quota_slots_unsure (ws=? AND key=? AND since<?)"}, Mongo: []string{"workspace_key_since"}},
	{Name: "counting", Method: "Count", Call: func(ctx context.Context, s quota.Store) error { _, err := s.Count(ctx, "w", "a", 9); return err },
		SQLite: []string{"quota_slots_free (ws=? AND key=? AND free=?)"}, Mongo: []string{"workspace_key_free_n"}},
}

func fill(ctx context.Context, s quota.Store) error {
	for _, key := range []string{"a", "b"} {
		if _, _, err := s.Take(ctx, "w", quota.Cap{Key: key, Limit: 9}, "rsp_a", when.Milli(1), 1); err != nil {
			return err
		}
	}
	return s.Free(ctx, "w", "rsp_a", quota.Held{"b": 1})
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, map[string]string{})
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) quota.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) quota.Store { return mongo.New(m) }, fill, hot)
}
