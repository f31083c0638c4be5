package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"waymark/surveys/fault"
)

// SQLiteStep is one domain's part of one schema version. Steps are never
// edited once released; a change is a new version.
type SQLiteStep struct {
	Version int    // 1 and up; several domains may share one
	Domain  string // whose tables it touches
	SQL     string // statements, run in one transaction with the version's other steps
}

// SQLiteVersion is the newest version of the steps.
func SQLiteVersion(steps []SQLiteStep) int {
	v := 0
	for _, s := range steps {
		v = max(v, s.Version)
	}
	return v
}

// SchemaVersion reads the version the file has; 0 means an empty store.
func (s *SQLite) SchemaVersion(ctx context.Context) (int, error) {
	var v int
	// Not on the write pool: its one connection belongs to the writer from the
	// first Write on.
	if err := s.Read.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		return 0, fmt.Errorf("reading the schema version of %s: %w", s.path, SQLiteFault(err))
	}
	return v, nil
}

// Migrate brings the file to the newest version, one transaction a version: an
// interrupted migration leaves a whole version, and the next run goes on from
// there. A file that is newer than the steps is refused.
func (s *SQLite) Migrate(ctx context.Context, steps []SQLiteStep) error {
	have, err := s.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	want := SQLiteVersion(steps)
	if have > want {
		return newerSchema(have, want)
	}
	s.writer.schema.Store(anySchema) // the versions in between are not an older program's to refuse
	for v := have + 1; v <= want; v++ {
		if err := s.alone(ctx, func(tx *Tx) error { return migrateTo(tx, steps, v) }); err != nil {
			return fmt.Errorf("migrating %s to schema version %d: %w", s.path, v, SQLiteFault(err))
		}
	}
	s.writer.schema.Store(int64(want))
	return nil
}

// alone runs fn in a transaction on a connection of its own, which keeps in
// files what the writer keeps in memory: the sorting for an index over many
// rows, or what a change of all of them needs to be undone.
func (s *SQLite) alone(ctx context.Context, fn func(*Tx) error) error {
	db := s.place.pool(writing(s.path, "FILE"))
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("opening a connection: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	tx := &Tx{ctx: ctx, conn: conn, stmts: map[string]*sql.Stmt{}}
	defer func() {
		for _, st := range tx.stmts {
			_ = st.Close()
		}
	}()
	if err = fn(tx); err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}
	return err
}

// migrateTo runs the steps of one version and records it.
func migrateTo(tx *Tx, steps []SQLiteStep, v int) error {
	have, err := userVersion(tx)
	if err != nil {
		return err
	}
	if have >= int64(v) {
		return nil // another process was quicker
	}
	if v == 1 {
		if _, err := tx.conn.ExecContext(tx.ctx, "CREATE TABLE engine_ping (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"); err != nil {
			return err
		}
	}
	for _, st := range steps {
		if st.Version != v {
			continue
		}
		if _, err := tx.conn.ExecContext(tx.ctx, st.SQL); err != nil {
			return fmt.Errorf("%s: %w", st.Domain, err)
		}
	}
	_, err = tx.conn.ExecContext(tx.ctx, fmt.Sprintf("PRAGMA user_version = %d", v))
	return err
}

// Verify reports a file whose version is not exactly that of the steps. From
// then on each commit checks it again, within its own transaction: what was
// migrated under a running program is not written by it any more.
func (s *SQLite) Verify(ctx context.Context, steps []SQLiteStep) error {
	have, err := s.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	want := SQLiteVersion(steps)
	if err := compareSchema(have, want); err != nil {
		return err
	}
	s.writer.schema.Store(int64(want))
	return nil
}

// userVersion reads the version that a transaction sees.
func userVersion(tx *Tx) (v int64, err error) {
	err = tx.QueryRow("PRAGMA user_version").Scan(&v)
	return v, err
}

func compareSchema(have, want int) error {
	switch {
	case have > want:
		return newerSchema(have, want)
	case have < want:
		return fault.New(fault.Unavailable, "schema-older",
			"The store has schema version %d and this program needs version %d: run `waymark migrate`.", have, want)
	}
	return nil
}

func newerSchema(have, want int) error {
	return fault.New(fault.Unavailable, "schema-newer",
		"The store has schema version %d, which is newer than version %d, the newest this program knows: use a newer program.", have, want)
}

// SQLiteDuplicate reports whether err is a broken unique or primary key.
func SQLiteDuplicate(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}

// sqliteBroken reports whether err may lie in the connection: another one to
// the same file may be able to do what this one could not.
func sqliteBroken(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// errPoolClosed is what database/sql says of a pool that is closed. It has no
// name for that, so a closed pool is asked.
var errPoolClosed = func() error {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		return err
	}
	_ = db.Close()
	return db.Ping()
}()

// SQLiteError turns what the driver says of an attempt (what was being done)
// into what stores answer: NotFound for no row, Conflict for a broken unique
// key, else SQLiteFault. nil stays nil.
func SQLiteError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fault.NotFoundError()
	case SQLiteDuplicate(err):
		return fault.Wrap(err, fault.Conflict, "exists", "It exists already.")
	}
	return fmt.Errorf("%s: %w", what, SQLiteFault(err))
}

// SQLiteFault turns what the driver says of a store that is down, full or
// read-only into a fault; other errors pass unchanged.
func SQLiteFault(err error) error {
	var e *sqlite.Error
	switch {
	case err == nil, errors.Is(err, sql.ErrNoRows):
		return err
	case errors.Is(err, errClosed), errors.Is(err, errPoolClosed), errors.Is(err, sql.ErrConnDone):
		return fault.Wrap(err, fault.Unavailable, "store-down", "The store is closed.")
	case !errors.As(err, &e):
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE:
		return fault.Wrap(err, fault.Unavailable, "store-down", "The store's disk takes no writes at the moment.")
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(err, fault.Unavailable, "store-full", "The store's disk is full.")
	case sqlite3.SQLITE_READONLY:
		return fault.Wrap(err, fault.Unavailable, "store-read-only", "The store's file cannot be written: its permissions or its disk forbid it.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_INTERRUPT:
		return fault.Wrap(err, fault.Unavailable, "store-down", "The store cannot be used at the moment.")
	}
	return err
}
