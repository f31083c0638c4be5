package storetest_test

import (
	"context"
	"testing"

	"waymark/mapping"
	"waymark/mapping/mongo"
	"waymark/mapping/sqlite"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
var second = ident.Page{Limit: 20, Cursor: ident.Cursor{Seq: 5, ID: "map_a"}}

const byID = "maps_id (ws=? AND id=?)"

var hot = []enginetest.Hot[mapping.Store]{
	{Name: "making", Method: "Create", Call: func(ctx context.Context, s mapping.Store) error { return s.Create(ctx, "w", record("map_b", 1)) }},
	{Name: "reading", Method: "Get", Call: func(ctx context.Context, s mapping.Store) error { _, err := s.Get(ctx, "w", "map_a"); return err }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "replacing", Method: "Replace", Call: func(ctx context.Context, s mapping.Store) error { return s.Replace(ctx, "w", record("map_a", 2), 1) }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "deleting", Method: "Delete", Call: func(ctx context.Context, s mapping.Store) error { return s.Delete(ctx, "w", "map_del", 1) }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "archiving", Method: "Archive", Call: func(ctx context.Context, s mapping.Store) error { return s.Archive(ctx, "w", record("map_a", 9)) }},
	{Name: "reading a version", Method: "Archived", Call: func(ctx context.Context, s mapping.Store) error {
		_, err := s.Archived(ctx, "w", "map_a", 1)
		return err
	},
		SQLite: []string{"map_versions_id (ws=? AND id=? AND version=?)"}, Mongo: []string{"_id_"}},
	{Name: "the history's next page", Method: "Versions", Call: func(ctx context.Context, s mapping.Store) error {
		_, _, err := s.Versions(ctx, "w", "map_a", second)
		return err
	},
		SQLite: []string{"map_versions_id (ws=? AND id=? AND version<?)"}, Mongo: []string{"workspace_id_version"}},
	{Name: "a list", Method: "List", Call: func(ctx context.Context, s mapping.Store) error {
		_, _, err := s.List(ctx, "w", ident.Page{Limit: 20})
		return err
	},
		SQLite: []string{"maps_seq (ws=?)"}, Mongo: []string{"workspace_seq"}},
	{Name: "a list's next page", Method: "List", Call: func(ctx context.Context, s mapping.Store) error { _, _, err := s.List(ctx, "w", second); return err },
		SQLite: []string{"maps_seq (ws=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_seq"}},
	{Name: "sharing", Method: "CreateShare", Call: func(ctx context.Context, s mapping.Store) error {
		return s.CreateShare(ctx, "w", mapping.Share{ID: "shr_b", Map: "map_a", Hash: "h2"})
	}},
	{Name: "a list of shares", Method: "Shares", Call: func(ctx context.Context, s mapping.Store) error {
		_, _, err := s.Shares(ctx, "w", "map_a", second)
		return err
	},
		SQLite: []string{"shares_seq (ws=? AND map=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_map_seq"}},
	{Name: "revoking a share", Method: "RevokeShare", Call: func(ctx context.Context, s mapping.Store) error {
		return s.RevokeShare(ctx, "w", "map_a", "shr_a", when.Milli(9))
	},
		SQLite: []string{"shares_id (ws=? AND map=? AND id=?)"}, Mongo: []string{"workspace_map_id"}},
	{Name: "looking a share up, with every view of a page", Method: "ShareByHash", Call: func(ctx context.Context, s mapping.Store) error { _, _, err := s.ShareByHash(ctx, "h"); return err },
		SQLite: []string{"PRIMARY KEY (hash=?)"}, Mongo: []string{"_id_"}},
}

var cold = map[string]string{}

func record(id string, version int64) mapping.Record {
	return mapping.Record{ID: id, Version: version, Document: []byte("{}")}
}

func fill(ctx context.Context, s mapping.Store) error {
	for _, id := range []string{"map_a", "map_del"} {
		if err := s.Create(ctx, "w", record(id, 1)); err != nil {
			return err
		}
	}
	if err := s.Archive(ctx, "w", record("map_a", 1)); err != nil {
		return err
	}
	return s.CreateShare(ctx, "w", mapping.Share{ID: "shr_a", Map: "map_a", Hash: "h"})
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) mapping.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) mapping.Store { return mongo.New(m) }, fill, hot)
}
