package enginetest_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
)

func TestEachSQLiteFileIsItsOwn(t *testing.T) {
	steps := []engine.SQLiteStep{{Version: 1, Domain: "test", SQL: "CREATE TABLE thing (id TEXT PRIMARY KEY)"}}
	ctx := context.Background()
	for range 2 {
		e := enginetest.SQLite(t, steps)
		err := e.Write(ctx, func(tx *engine.Tx) error {
			_, err := tx.Exec("INSERT INTO thing VALUES ('a')")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEachMongoDatabaseIsItsOwn(t *testing.T) {
	steps := []engine.MongoStep{{Version: 1, Domain: "test", Collection: "thing",
		Indexes: []engine.MongoIndex{{Name: "name", Keys: bson.D{{Key: "name", Value: 1}}, Unique: true}}}}
	seen := map[string]bool{}
	for range 2 {
		enginetest.Mongos(t, steps, func(t *testing.T, m *engine.Mongo) {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if seen[m.DB.Name()] {
				t.Fatalf("the database %s was given out twice", m.DB.Name())
			}
			seen[m.DB.Name()] = true
			if _, err := m.DB.Collection("thing").InsertOne(ctx, bson.D{{Key: "_id", Value: "a"}, {Key: "name", Value: "a"}}); err != nil {
				t.Fatal(err)
			}
			if err := m.Verify(ctx, steps); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAFreshDatabaseKeepsWhereUsersAreLookedUp(t *testing.T) {
	for _, c := range []struct{ name, uri, source string }{
		{"no user, no source", "mongodb://127.0.0.1:27017/", ""},
		{"a user of the named database", "mongodb://u:p@127.0.0.1:27017/accounts", "accounts"},
		{"a user without a database", "mongodb://u:p@127.0.0.1:27017/?replicaSet=rs", "admin"},
		{"a user with a source of its own", "mongodb://u:p@127.0.0.1:27017/x?authSource=y", "y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := url.Parse(enginetest.WithDatabase(t, c.uri))
			if err != nil {
				t.Fatal(err)
			}
			if got := u.Query().Get("authSource"); got != c.source {
				t.Errorf("authSource is %q, want %q", got, c.source)
			}
			if len(u.Path) < 30 {
				t.Errorf("the database %q is not a fresh one", u.Path)
			}
		})
	}
}
