package enginetest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
	"waymark/surveys/ident"
)

// The variables that name servers for tests.
const (
	FerretVariable = "WAYMARK_TEST_FERRET_URI"
	MongoVariable  = "WAYMARK_TEST_MONGO_URI"
)

// openTimeout bounds opening, migrating and dropping a store.
const openTimeout = 30 * time.Second

// SQLite opens a new file in the test's directory and migrates it. The test's
// end closes it.
func SQLite(t testing.TB, steps []engine.SQLiteStep) *engine.SQLite {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	e, err := engine.OpenSQLite(ctx, filepath.Join(t.TempDir(), "waymark.db"), engine.SQLiteOptions{})
	if err != nil {
		t.Fatalf("opening a SQLite file for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("closing the test's SQLite file: %v", err)
		}
	})
	if err := e.Migrate(ctx, steps); err != nil {
		t.Fatalf("migrating the test's SQLite file: %v", err)
	}
	return e
}

// Mongos runs fn on each server as Servers does, with a fresh, migrated
// database that is dropped at its end.
func Mongos(t *testing.T, steps []engine.MongoStep, fn func(t *testing.T, m *engine.Mongo)) {
	t.Helper()
	Servers(t, func(t *testing.T, uri string) { fn(t, Mongo(t, uri, steps)) })
}

// Servers runs fn as a sub-test for each MongoDB server the environment names,
// "ferretdb" and "mongodb"; suites then open a database for each of their own
// sub-tests with Mongo. Where no server is named the test is skipped.
func Servers(t *testing.T, fn func(t *testing.T, uri string)) {
	t.Helper()
	named := false
	for _, s := range []struct{ name, variable string }{{"ferretdb", FerretVariable}, {"mongodb", MongoVariable}} {
		uri := os.Getenv(s.variable)
		if uri == "" {
			continue
		}
		named = true
		t.Run(s.name, func(t *testing.T) { fn(t, uri) })
	}
	if !named {
		t.Skipf("NOT RUN: no MongoDB to test on: set %s or %s to the URI of a server", FerretVariable, MongoVariable)
	}
}

// Mongo opens a fresh database on the server of the URI and migrates it. The
// test's end drops the database and disconnects. Every command goes past the
// watch, and past heard.
func Mongo(t testing.TB, uri string, steps []engine.MongoStep, heard ...func(bson.Raw)) *engine.Mongo {
	t.Helper()
	w := newWatch(heard)
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	m, err := engine.OpenMongo(ctx, WithDatabase(t, uri), options.Client().SetMonitor(w.monitor()))
	if err != nil {
		t.Fatalf("opening a MongoDB database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		if err := m.DB.Drop(ctx); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
		if err := m.Close(ctx); err != nil {
			t.Errorf("disconnecting the test from MongoDB: %v", err)
		}
		w.report(t)
	})
	if err := m.Migrate(ctx, steps); err != nil {
		t.Fatalf("migrating the test's database: %v", err)
	}
	return m
}

// WithDatabase gives the URI with a fresh database name in its path.
func WithDatabase(t testing.TB, uri string) string {
	t.Helper()
	with, err := engine.WithDatabase(uri, ident.New("waymark_test"))
	if err != nil {
		t.Fatal(err)
	}
	return with
}

// Fresh gives the n-th further database on the server of m, migrated.
func Fresh(t testing.TB, m *engine.Mongo, steps []engine.MongoStep, n int) *engine.Mongo {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	f := m.Sibling(m.DB.Name() + "_" + strconv.Itoa(n))
	if err := f.Migrate(ctx, steps); err != nil {
		t.Fatalf("migrating a database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		if err := f.DB.Drop(ctx); err != nil {
			t.Errorf("dropping a database of the test: %v", err)
		}
	})
	return f
}
