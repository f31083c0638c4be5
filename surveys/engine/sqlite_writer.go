package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Tx is the writer's transaction as one Write sees it. Statements are
// prepared once and kept.
type Tx struct {
	ctx   context.Context
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (t *Tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	t.stmts[query] = s
	return s, nil
}

// Exec runs a statement and gives the number of rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// QueryRow runs a query of one row; its Scan gives sql.ErrNoRows for none.
func (t *Tx) QueryRow(query string, args ...any) interface{ Scan(...any) error } {
	s, err := t.stmt(query)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRowContext(t.ctx, args...)
}

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

// Query runs a query; the caller closes the rows before the next statement.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(t.ctx, args...)
}

// WriterStats counts what a group-commit writer did.
type WriterStats struct {
	Commits int64 // transactions committed, each with one sync
	Writes  int64 // writes in them
	Failed  int64 // commits that failed as a whole
	Largest int64 // writes in the largest group
	Waiting int64 // writes that wait now
}

type job struct {
	ctx       context.Context
	fn        func(*Tx) error
	savepoint bool
	err       error
	done      chan struct{}
}

type writer struct {
	db       *sql.DB
	maxGroup int
	kept     func() error // whether the file is still where it was

	jobs  chan *job
	stop  chan struct{} // closed to ask the loop to end
	ended chan struct{} // closed when it has
	once  sync.Once

	// schema is the version that each commit must find; anySchema checks none.
	schema atomic.Int64

	commits, writes, failed, largest atomic.Int64
}

const anySchema = 0

var errClosed = errors.New("the store is closed")

func newWriter(db *sql.DB, maxGroup int, kept func() error) *writer {
	w := &writer{db: db, maxGroup: maxGroup, kept: kept, jobs: make(chan *job, 4*maxGroup), stop: make(chan struct{}), ended: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) do(ctx context.Context, fn func(*Tx) error, savepoint bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, savepoint: savepoint, done: make(chan struct{})}
	select {
	case <-w.stop:
		return errClosed
	default:
	}
	select {
	case w.jobs <- j:
	case <-w.stop:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
	}
	select { // it may have been in the last group
	case <-j.done:
		return j.err
	default:
		return errClosed
	}
}

func (w *writer) loop() {
	defer close(w.ended)
	var (
		conn  *sql.Conn
		stmts = map[string]*sql.Stmt{}
		group []*job
	)
	drop := func() {
		for q, s := range stmts {
			_ = s.Close()
			delete(stmts, q)
		}
		if conn != nil {
			// Close alone would hand the same connection out again.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			_ = conn.Close()
			conn = nil
		}
	}
	defer drop()
	for {
		group = group[:0]
		select {
		case j := <-w.jobs:
			group = append(group, j)
		case <-w.stop:
			select { // what was accepted before the stop is still written
			case j := <-w.jobs:
				group = append(group, j)
			default:
				return
			}
		}
	fill:
		for len(group) < w.maxGroup {
			select {
			case j := <-w.jobs:
				group = append(group, j)
			default:
				break fill
			}
		}
		if err := w.kept(); err != nil {
			w.failed.Add(1)
			w.finish(group, err)
			continue
		}
		if conn == nil {
			c, err := w.db.Conn(context.Background())
			if err != nil {
				w.finish(group, fmt.Errorf("opening the writer connection: %w", err))
				continue
			}
			conn = c
		}
		if err := w.commit(&Tx{ctx: context.Background(), conn: conn, stmts: stmts}, group); err != nil {
			w.failed.Add(1)
			w.finish(group, err)
			drop() // a connection that failed to commit is not trusted again
			continue
		}
		w.finish(group, nil)
	}
}

// commit runs the group in one transaction. Its error is the whole group's;
// a single job's failure is noted in the job.
func (w *writer) commit(tx *Tx, group []*job) error {
	if _, err := tx.Exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("beginning a group: %w", err)
	}
	if err := w.sameSchema(tx); err != nil {
		_, _ = tx.Exec("ROLLBACK")
		return err
	}
	n := int64(0)
	for _, j := range group {
		if j.err = j.ctx.Err(); j.err != nil {
			continue // nobody waits for it any more
		}
		if j.err = w.run(tx, j); j.err == nil {
			n++
		} else if sqliteBroken(j.err) || !inTransaction(tx) {
			// The file was opened when it could not be written, or SQLite ended
			// the whole transaction (disk full, I/O error).
			_, _ = tx.Exec("ROLLBACK")
			return fmt.Errorf("writing a group: %w", j.err)
		}
	}
	if _, err := tx.Exec("COMMIT"); err != nil {
		_, _ = tx.Exec("ROLLBACK")
		return fmt.Errorf("committing a group: %w", err)
	}
	w.commits.Add(1)
	w.writes.Add(n)
	if n > w.largest.Load() {
		w.largest.Store(n)
	}
	return nil
}

// sameSchema refuses a file whose schema version is not the one the program
// verified: another one migrated it meanwhile. The transaction is begun, so
// the version cannot change before its commit.
func (w *writer) sameSchema(tx *Tx) error {
	want := w.schema.Load()
	if want == anySchema {
		return nil
	}
	have, err := userVersion(tx)
	if err != nil {
		return fmt.Errorf("reading the schema version: %w", err)
	}
	return compareSchema(int(have), int(want))
}

// inTransaction asks by a statement that only works inside one.
func inTransaction(tx *Tx) bool {
	if _, err := tx.Exec("SAVEPOINT probe"); err != nil {
		return false
	}
	// Outside a transaction SAVEPOINT begins one, and its RELEASE commits it:
	// BEGIN tells the two apart, since it fails only inside.
	_, _ = tx.Exec("RELEASE probe")
	if _, err := tx.Exec("BEGIN"); err != nil {
		return true
	}
	_, _ = tx.Exec("ROLLBACK")
	return false
}

func (w *writer) run(tx *Tx, j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
			if j.savepoint {
				_, _ = tx.Exec("ROLLBACK TO job")
				_, _ = tx.Exec("RELEASE job")
			}
		}
	}()
	if !j.savepoint {
		return j.fn(tx)
	}
	if _, err := tx.Exec("SAVEPOINT job"); err != nil {
		return err
	}
	if err := j.fn(tx); err != nil {
		_, _ = tx.Exec("ROLLBACK TO job")
		_, _ = tx.Exec("RELEASE job")
		return err
	}
	_, err = tx.Exec("RELEASE job")
	return err
}

func (w *writer) finish(group []*job, err error) {
	for _, j := range group {
		if err != nil && j.err == nil {
			j.err = err
		}
		close(j.done)
	}
}

func (w *writer) stats() WriterStats {
	return WriterStats{Commits: w.commits.Load(), Writes: w.writes.Load(), Failed: w.failed.Load(),
		Largest: w.largest.Load(), Waiting: int64(len(w.jobs))}
}

func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.ended
}
