package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"time"

	_ "modernc.org/sqlite" // the pure-Go driver, registered as "sqlite"

	"waymark/surveys/fault"
)

// SQLite is an open database file: two pools of readers and one group-commit writer.
type SQLite struct {
	// Read is a pool of read-only connections. Each statement or transaction
	// sees everything that Write acknowledged before it began. Its rows are
	// read and closed before anything else is asked.
	Read *sql.DB
	// Scan is a pool like Read for statements whose rows are handed on while
	// they are read. Whoever is handed one may ask by Read: were there one pool,
	// scans could take all of its connections and each wait for one more.
	Scan *sql.DB

	path   string
	write  *sql.DB
	writer *writer
	opened os.FileInfo // the file as it was opened
}

// SQLiteOptions tune OpenSQLite; the zero value is right for production.
type SQLiteOptions struct {
	Readers  int // connections in each pool of readers; 0 means 2 per core, at least 4
	MaxGroup int // writes in one commit; 0 means 512
}

// OpenSQLite opens or makes the file at path. It does not migrate.
func OpenSQLite(ctx context.Context, path string, o SQLiteOptions) (*SQLite, error) {
	if o.Readers <= 0 {
		o.Readers = max(4, 2*runtime.NumCPU())
	}
	if o.MaxGroup <= 0 {
		o.MaxGroup = 512
	}
	if err := makeFile(path); err != nil {
		return nil, err
	}
	// busy_timeout comes first: the pragmas after it may already have to wait.
	wdb, err := sql.Open("sqlite", dsn(path, "_pragma", "busy_timeout(10000)", "_pragma", "journal_mode(WAL)",
		"_pragma", "synchronous(FULL)", "_pragma", "secure_delete(ON)", "_pragma", "foreign_keys(OFF)",
		"_pragma", "cache_size(-32000)", "_pragma", "wal_autocheckpoint(4000)", "_pragma", "temp_store(MEMORY)", "_txlock", "immediate"))
	if err != nil {
		return nil, fmt.Errorf("opening %s for writing: %w", path, err)
	}
	wdb.SetMaxOpenConns(1)
	wdb.SetMaxIdleConns(1)
	wdb.SetConnMaxIdleTime(0)
	if err := wdb.PingContext(ctx); err != nil {
		_ = wdb.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	opened, err := os.Stat(path)
	if err != nil {
		_ = wdb.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	s := &SQLite{path: path, write: wdb, opened: opened}
	for _, pool := range []**sql.DB{&s.Read, &s.Scan} {
		if *pool, err = readers(path, o.Readers); err != nil {
			_ = wdb.Close()
			return nil, err
		}
	}
	s.writer = newWriter(wdb, o.MaxGroup, s.inPlace)
	return s, nil
}

// readers opens a pool of up to n read-only connections, each when it is needed.
func readers(path string, n int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "_pragma", "busy_timeout(10000)", "_pragma", "query_only(ON)",
		"_pragma", "cache_size(-8000)", "_pragma", "temp_store(MEMORY)"))
	if err != nil {
		return nil, fmt.Errorf("opening %s for reading: %w", path, err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(time.Minute)
	return db, nil
}

// makeFile makes a file that is not there yet, for nobody else to read; its
// logs take over its permissions.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil // SQLite says what it finds there
	case err != nil:
		return fmt.Errorf("making the store: %w", err)
	}
	return f.Close()
}

// inPlace reports a file that was moved, deleted or replaced since it was
// opened. What went on being written to it would be lost to the next start.
func (s *SQLite) inPlace() error {
	now, err := os.Stat(s.path)
	if err == nil && os.SameFile(s.opened, now) {
		return nil
	}
	return fault.Wrap(err, fault.Unavailable, "store-gone", "The store's file is not where it was opened: put it back, or start again with another one.")
}

func dsn(path string, kv ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		q.Add(kv[i], kv[i+1])
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Path is where the file lies.
func (s *SQLite) Path() string { return s.path }

// Write runs fn in the next group commit and returns when that is durable.
// Where fn fails its own effects are undone and its error is returned; others
// of the group are not touched. fn may be run again when the group as a whole
// had to be repeated, so it must not keep state between runs. Where ctx ends
// first the outcome is unknown: the write may still become durable.
func (s *SQLite) Write(ctx context.Context, fn func(*Tx) error) error {
	return s.writer.do(ctx, fn, true)
}

// WriteOne is Write for an fn that executes at most one changing statement,
// which SQLite undoes by itself when it fails; it saves the savepoint.
func (s *SQLite) WriteOne(ctx context.Context, fn func(*Tx) error) error {
	return s.writer.do(ctx, fn, false)
}

// Stats tells what the writer did so far.
func (s *SQLite) Stats() WriterStats { return s.writer.stats() }

// Ping reports whether the file can be read and written, for readiness. A full or
// read-only disk shows in the write.
func (s *SQLite) Ping(ctx context.Context) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec("INSERT INTO engine_ping (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = n + 1")
		return err
	})
}

// Checkpoint moves the write-ahead log into the file and truncates it, so
// that erased bytes leave the disk.
func (s *SQLite) Checkpoint(ctx context.Context) error {
	var busy, log, done int
	// The writer keeps the write pool's one connection; query_only allows a
	// checkpoint.
	if err := s.Read.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
		return fmt.Errorf("checkpointing %s: %w", s.path, err)
	}
	if busy != 0 {
		return fmt.Errorf("checkpointing %s: a reader holds the log", s.path)
	}
	return nil
}

// Close ends the writer after what waits is written, then the pools of readers.
func (s *SQLite) Close() error {
	s.writer.close()
	return errors.Join(s.Read.Close(), s.Scan.Close(), s.write.Close())
}
