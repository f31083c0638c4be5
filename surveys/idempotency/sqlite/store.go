package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/idempotency"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Steps make the table of the domain. A status of 0 means: not finished.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "idempotency", SQL: `
CREATE TABLE idempotency (
	workspace   TEXT NOT NULL,
	id          TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	created_at  INTEGER NOT NULL,
	status      INTEGER NOT NULL DEFAULT 0,
	location    TEXT NOT NULL DEFAULT '',
	etag        TEXT NOT NULL DEFAULT '',
	body        BLOB,
	PRIMARY KEY (workspace, id)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_at);
`}}

// Store is idempotency.Store on SQLite.
type Store struct{ engine *engine.SQLite }

// New gives the store of an open, migrated engine, which stays the caller's.
func New(e *engine.SQLite) *Store { return &Store{engine: e} }

var _ idempotency.Store = (*Store)(nil)

// Create stores a record that is new.
func (s *Store) Create(ctx context.Context, r idempotency.Record) (bool, error) {
	if err := r.Workspace.Check(); err != nil {
		return false, err
	}
	n, err := s.change(ctx, "INSERT INTO idempotency (workspace, id, fingerprint, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(r.Workspace), r.ID, r.Fingerprint, r.CreatedAt.Milli())
	return n == 1, err
}

// Get reads a record.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (idempotency.Record, error) {
	if err := ws.Check(); err != nil {
		return idempotency.Record{}, err
	}
	var (
		r       = idempotency.Record{ID: id, Workspace: ws}
		a       idempotency.Answer
		created int64
	)
	err := s.engine.Read.QueryRowContext(ctx,
		"SELECT fingerprint, created_at, status, location, etag, body FROM idempotency WHERE workspace = ? AND id = ?", string(ws), id).
		Scan(&r.Fingerprint, &created, &a.Status, &a.Location, &a.ETag, &a.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return idempotency.Record{}, fault.NotFoundError()
	}
	if err != nil {
		return idempotency.Record{}, fmt.Errorf("reading a record: %w", engine.SQLiteFault(err))
	}
	r.CreatedAt = when.Milli(created)
	if a.Status != 0 {
		r.Answer = &a
	}
	return r, nil
}

// Renew replaces a record by compare-and-set.
func (s *Store) Renew(ctx context.Context, r idempotency.Record, created when.Time) (bool, error) {
	if err := r.Workspace.Check(); err != nil {
		return false, err
	}
	n, err := s.change(ctx, `UPDATE idempotency SET fingerprint = ?, created_at = ?, status = 0, location = '', etag = '', body = NULL
		WHERE workspace = ? AND id = ? AND created_at = ?`,
		r.Fingerprint, r.CreatedAt.Milli(), string(r.Workspace), r.ID, created.Milli())
	return n == 1, err
}

// Finish sets a record's answer once.
func (s *Store) Finish(ctx context.Context, r idempotency.Record) (bool, error) {
	if err := r.Workspace.Check(); err != nil {
		return false, err
	}
	a := r.Answer
	n, err := s.change(ctx, `UPDATE idempotency SET status = ?, location = ?, etag = ?, body = ?
		WHERE workspace = ? AND id = ? AND created_at = ? AND status = 0`,
		a.Status, a.Location, a.ETag, a.Body, string(r.Workspace), r.ID, r.CreatedAt.Milli())
	return n == 1, err
}

// Sweep removes old records.
func (s *Store) Sweep(ctx context.Context, until when.Time, limit int) (int, error) {
	n, err := s.change(ctx, "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency WHERE created_at <= ? LIMIT ?)", until.Milli(), limit)
	return int(n), err
}

// change runs one changing statement in the next group commit and gives the
// number of rows it changed.
func (s *Store) change(ctx context.Context, query string, args ...any) (int64, error) {
	n, err := s.engine.Exec(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("writing a record: %w", engine.SQLiteFault(err))
	}
	return n, nil
}
