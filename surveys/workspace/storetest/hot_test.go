package storetest_test

import (
	"context"
	"testing"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
	"waymark/surveys/workspace/mongo"
	"waymark/surveys/workspace/sqlite"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
var hot = []enginetest.Hot[workspace.Store]{
	{Name: "making a workspace", Method: "CreateWorkspace", Call: func(ctx context.Context, s workspace.Store) error {
		return s.CreateWorkspace(ctx, workspace.Workspace{ID: "w2", Name: "W"})
	}},
	{Name: "reading a workspace", Method: "Workspace", Call: func(ctx context.Context, s workspace.Store) error { _, err := s.Workspace(ctx, "w"); return err },
		SQLite: []string{"PRIMARY KEY (id=?)"}, Mongo: []string{"_id_"}},
	{Name: "making a key", Method: "CreateKey", Call: func(ctx context.Context, s workspace.Store) error {
		return s.CreateKey(ctx, workspace.Key{ID: "k2", Workspace: "w"})
	}},
	{Name: "looking a key up, with every request", Method: "KeyByID", Call: func(ctx context.Context, s workspace.Store) error { _, err := s.KeyByID(ctx, "k"); return err },
		SQLite: []string{"PRIMARY KEY (id=?)"}, Mongo: []string{"_id_"}},
	{Name: "listing keys", Method: "Keys", Call: func(ctx context.Context, s workspace.Store) error { _, err := s.Keys(ctx, "w"); return err },
		SQLite: []string{"api_keys_workspace (workspace=?)"}, Mongo: []string{"workspace_created"}},
	{Name: "revoking a key", Method: "RevokeKey", Call: func(ctx context.Context, s workspace.Store) error { return s.RevokeKey(ctx, "w", "k", when.Milli(9)) },
		SQLite: []string{"PRIMARY KEY (id=?)"}, Mongo: []string{"_id_"}},
	{Name: "reading settings", Method: "Settings", Call: func(ctx context.Context, s workspace.Store) error { _, err := s.Settings(ctx, "w"); return err },
		SQLite: []string{"PRIMARY KEY (workspace=?)"}, Mongo: []string{"_id_"}},
	{Name: "replacing settings", Method: "PutSettings", Call: func(ctx context.Context, s workspace.Store) error {
		return s.PutSettings(ctx, "w", workspace.SettingsRecord{Version: workspace.FirstVersion + 2, Document: []byte("{}")})
	}, SQLite: []string{"PRIMARY KEY (workspace=?)"}, Mongo: []string{"_id_"}},
	{Name: "reading a lease", Method: "Lease", Call: func(ctx context.Context, s workspace.Store) error { _, err := s.Lease(ctx, "sweep"); return err },
		SQLite: []string{"PRIMARY KEY (name=?)"}, Mongo: []string{"_id_"}},
	{Name: "renewing a lease", Method: "SwapLease", Call: func(ctx context.Context, s workspace.Store) error {
		_, err := s.SwapLease(ctx, &lease, workspace.Lease{Name: "sweep", Holder: "b"})
		return err
	}, SQLite: []string{"PRIMARY KEY (name=?)"}, Mongo: []string{"_id_"}},
}

var cold = map[string]string{"Workspaces": "only commands list all there are"}

var lease = workspace.Lease{Name: "sweep", Holder: "a"}

func fill(ctx context.Context, s workspace.Store) error {
	if err := s.CreateWorkspace(ctx, workspace.Workspace{ID: "w", Name: "W"}); err != nil {
		return err
	}
	if err := s.CreateKey(ctx, workspace.Key{ID: "k", Workspace: "w"}); err != nil {
		return err
	}
	if _, err := s.SwapLease(ctx, nil, lease); err != nil {
		return err
	}
	return s.PutSettings(ctx, "w", workspace.SettingsRecord{Version: workspace.FirstVersion + 1, Document: []byte("{}")})
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) workspace.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) workspace.Store { return mongo.New(m) }, fill, hot)
}
