package storetest_test

import (
	"context"
	"testing"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/link/mongo"
	"waymark/surveys/link/sqlite"
	"waymark/surveys/when"
)

func made(id, hash string) link.Link {
	at := when.Milli(4)
	return link.Link{ID: id, Survey: "srv_a", Hash: hash, Secret: []byte{1}, ExpiresAt: &at, Preview: hash == "p"}
}

func listing(c ident.Cursor) func(context.Context, link.Store) error {
	return func(ctx context.Context, s link.Store) error {
		_, _, err := s.List(ctx, "w", "srv_a", ident.Page{Limit: 20, Cursor: c})
		return err
	}
}

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
var hot = []enginetest.Hot[link.Store]{
	{Name: "making", Method: "Create", Call: func(ctx context.Context, s link.Store) error { return s.Create(ctx, "w", made("lnk_b", "h2")) }},
	{Name: "a list", Method: "List", Call: listing(ident.Cursor{}),
		SQLite: []string{"links_seq (ws=? AND survey=?)"}, Mongo: []string{"workspace_survey_listed_seq"}},
	{Name: "a list's next page", Method: "List", Call: listing(ident.Cursor{Seq: 5, ID: "lnk_z"}),
		SQLite: []string{"links_seq (ws=? AND survey=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_survey_listed_seq"}},
	{Name: "revoking", Method: "Revoke", Call: func(ctx context.Context, s link.Store) error {
		return s.Revoke(ctx, "w", "srv_a", "lnk_a", when.Milli(9))
	},
		SQLite: []string{"links_id (ws=? AND survey=? AND id=?)"}, Mongo: []string{"workspace_survey_id"}},
	{Name: "looking a link up, with every page", Method: "ByHash", Call: func(ctx context.Context, s link.Store) error { _, _, err := s.ByHash(ctx, "h"); return err },
		SQLite: []string{"PRIMARY KEY (hash=?)"}, Mongo: []string{"_id_"}},
	{Name: "sweeping", Method: "Sweep", Call: func(ctx context.Context, s link.Store) error { _, err := s.Sweep(ctx, when.Milli(5), 500); return err },
		SQLite: []string{"links_previews (expires_at<?)"}, Mongo: []string{"preview_expires", "_id_"}},
}

var cold = map[string]string{}

func fill(ctx context.Context, s link.Store) error {
	for id, hash := range map[string]string{"lnk_a": "h", "lnk_p": "p"} {
		if err := s.Create(ctx, "w", made(id, hash)); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) link.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) link.Store { return mongo.New(m) }, fill, hot)
}
