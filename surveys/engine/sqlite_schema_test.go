package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
)

// twoVersions is a schema of two domains, of which one changed in version 2.
var twoVersions = []engine.SQLiteStep{
	{Version: 2, Domain: "people", SQL: "ALTER TABLE person ADD COLUMN city TEXT NOT NULL DEFAULT 'unknown'; CREATE INDEX person_city ON person (city)"},
	{Version: 1, Domain: "people", SQL: "CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT NOT NULL)"},
	{Version: 1, Domain: "pets", SQL: "CREATE TABLE pet (id TEXT PRIMARY KEY)"},
}

// oldFile writes, by hand and not through Migrate, a store of version 1.
func oldFile(t *testing.T, version int) *engine.SQLite {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"CREATE TABLE engine_ping (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
		"CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT NOT NULL)", "CREATE TABLE pet (id TEXT PRIMARY KEY)",
		"INSERT INTO person VALUES ('1', 'Ana')", "PRAGMA user_version = " + string(rune('0'+version)),
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	e, err := engine.OpenSQLite(context.Background(), path, engine.SQLiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestAFileOfTheVersionBeforeIsBroughtUpWithItsData(t *testing.T) {
	ctx, e := context.Background(), oldFile(t, 1)
	err := e.Verify(ctx, twoVersions)
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "waymark migrate") {
		t.Errorf("before, verifying says %v", err)
	}
	for range 2 { // the second finds nothing to do
		if err := e.Migrate(ctx, twoVersions); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Verify(ctx, twoVersions); err != nil {
		t.Errorf("after, verifying says %v", err)
	}
	var name, city string
	if err := e.Read.QueryRow("SELECT name, city FROM person").Scan(&name, &city); err != nil || name != "Ana" || city != "unknown" {
		t.Errorf("got %q %q, %v", name, city, err)
	}
}

func TestAttack62ANewerFileIsRefusedWithBothVersions(t *testing.T) {
	ctx, e := context.Background(), oldFile(t, 7)
	for name, err := range map[string]error{"Migrate": e.Migrate(ctx, twoVersions), "Verify": e.Verify(ctx, twoVersions)} {
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "version 7") || !strings.Contains(err.Error(), "version 2") {
			t.Errorf("%s says %v", name, err)
		}
	}
	if v, err := e.SchemaVersion(ctx); err != nil || v != 7 {
		t.Errorf("the refusal changed the version to %d, %v", v, err)
	}
}

func TestAttack62ARunningProgramDoesNotWriteWhatANewerOneMigrated(t *testing.T) {
	ctx, older := context.Background(), oldFile(t, 1)
	if err := older.Verify(ctx, twoVersions[1:]); err != nil {
		t.Fatal(err)
	}
	if err := older.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	newer, err := engine.OpenSQLite(ctx, older.Path(), engine.SQLiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = newer.Close() })
	// Writers go on while the newer program migrates: each write is either of
	// before or refused.
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				err := older.Write(ctx, func(tx *engine.Tx) error {
					_, err := tx.Exec("INSERT INTO person (id, name) VALUES (?, 'old')", fmt.Sprint(w, "-", i))
					return err
				})
				if err != nil {
					if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "version 2") || !strings.Contains(err.Error(), "version 1") {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	migrate := append(twoVersions[:len(twoVersions):len(twoVersions)], engine.SQLiteStep{Version: 2, Domain: "people", SQL: "CREATE TABLE before AS SELECT count(*) AS n FROM person"})
	if err := newer.Migrate(ctx, migrate); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := older.Ping(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the older program calls itself ready: %v", err)
	}
	var before, now int
	if err := newer.Read.QueryRow("SELECT n, (SELECT count(*) FROM person) FROM before").Scan(&before, &now); err != nil || before != now {
		t.Errorf("%d people when it was migrated, %d now, %v", before, now, err)
	}
}

func TestTwoMigrationsAtOnceAreOne(t *testing.T) {
	ctx, first := context.Background(), oldFile(t, 1)
	second, err := engine.OpenSQLite(ctx, first.Path(), engine.SQLiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	var wg sync.WaitGroup
	for _, e := range []*engine.SQLite{first, second} {
		wg.Go(func() {
			if err := errors.Join(e.Migrate(ctx, twoVersions), e.Verify(ctx, twoVersions), e.Ping(ctx)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// An index over a million rows was sorted, and the change of all of them kept
// undoable, in a gigabyte of memory.
func TestAMigrationKeepsInFilesWhatGrowsWithTheStore(t *testing.T) {
	ctx, e := context.Background(), oldFile(t, 1)
	steps := append(twoVersions[:len(twoVersions):len(twoVersions)], engine.SQLiteStep{Version: 2, Domain: "people", SQL: "CREATE TABLE where_to AS SELECT temp_store FROM pragma_temp_store"})
	if err := e.Migrate(ctx, steps); err != nil {
		t.Fatal(err)
	}
	const file = 1
	var got int
	if err := e.Read.QueryRow("SELECT temp_store FROM where_to").Scan(&got); err != nil || got != file {
		t.Errorf("temp_store is %d, %v; want %d", got, err, file)
	}
	if err := e.Ping(ctx); err != nil { // the writer goes on
		t.Error(err)
	}
}

func TestAMigrationThatFailsLeavesTheVersionBefore(t *testing.T) {
	ctx, e := context.Background(), oldFile(t, 1)
	broken := append([]engine.SQLiteStep{{Version: 2, Domain: "pets", SQL: "ALTER TABLE nothing ADD COLUMN x TEXT"}}, twoVersions...)
	if err := e.Migrate(ctx, broken); err == nil || !strings.Contains(err.Error(), "pets") || !strings.Contains(err.Error(), "version 2") {
		t.Fatalf("got %v", err)
	}
	if v, err := e.SchemaVersion(ctx); err != nil || v != 1 {
		t.Errorf("the version is %d, %v", v, err)
	}
	if err := e.Migrate(ctx, twoVersions); err != nil {
		t.Errorf("mended, it fails with %v", err)
	}
}

func TestACheckpointTruncatesTheLogAfterWrites(t *testing.T) {
	ctx, e := context.Background(), oldFile(t, 1)
	for range 3 {
		if err := e.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := e.Checkpoint(ctx); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(e.Path() + "-wal"); err != nil || info.Size() != 0 {
			t.Fatalf("the log has %v, %v", info, err)
		}
	}
}
