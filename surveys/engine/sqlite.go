package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"time"
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
	place  *place
}

// SQLiteOptions tune OpenSQLite; the zero value is right for production.
type SQLiteOptions struct {
	Readers  int // connections in each pool of readers; 0 means 2 per core, at least 4
	MaxGroup int // writes in one commit; 0 means 512

	// Wrap goes around each connection, for tests that look at the statements.
	Wrap func(driver.Conn) driver.Conn
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
	p := &place{path: path, wrap: o.Wrap}
	wdb := p.pool(writing(path, "MEMORY"))
	wdb.SetMaxOpenConns(1)
	wdb.SetMaxIdleConns(1)
	wdb.SetConnMaxIdleTime(0)
	if err := wdb.PingContext(ctx); err != nil {
		_ = wdb.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := p.keep(); err != nil {
		_ = wdb.Close()
		return nil, err
	}
	return &SQLite{Read: p.readers(o.Readers), Scan: p.readers(o.Readers), path: path, write: wdb, writer: newWriter(wdb, o.MaxGroup, p.kept), place: p}, nil
}

// writing opens a connection that writes; what it needs for a while lies in
// MEMORY or in a FILE. busy_timeout comes first: the pragmas after it may
// already have to wait.
func writing(path, temp string) string {
	return dsn(path, "_pragma", "busy_timeout(10000)", "_pragma", "journal_mode(WAL)",
		"_pragma", "synchronous(FULL)", "_pragma", "secure_delete(ON)", "_pragma", "foreign_keys(OFF)",
		"_pragma", "cache_size(-32000)", "_pragma", "wal_autocheckpoint(4000)", "_pragma", "temp_store("+temp+")", "_txlock", "immediate")
}

// readers is a pool of up to n read-only connections, each opened when it is needed.
func (p *place) readers(n int) *sql.DB {
	db := p.pool(dsn(p.path, "_pragma", "busy_timeout(10000)", "_pragma", "query_only(ON)",
		"_pragma", "cache_size(-8000)", "_pragma", "temp_store(MEMORY)"))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(time.Minute)
	return db
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

// Exec executes one changing statement, and tells how many rows it changed.
func (s *SQLite) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var changed int64 // no named result: who gave up must not touch what is still written
	err := s.WriteOne(ctx, func(tx *Tx) (err error) {
		changed, err = tx.Exec(query, args...)
		return err
	})
	if err != nil {
		return 0, err
	}
	return changed, nil
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
	if err := s.place.kept(); err != nil {
		return err // the last to close would remove another store's log
	}
	return errors.Join(s.Read.Close(), s.Scan.Close(), s.write.Close())
}
