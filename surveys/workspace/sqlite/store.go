package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
)

// Steps are the tables.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "workspace", SQL: `
CREATE TABLE workspaces (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE keys (id TEXT PRIMARY KEY, ws TEXT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL,
	created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID;
CREATE INDEX keys_ws ON keys (ws, created_at, id);
CREATE TABLE settings (ws TEXT PRIMARY KEY, version INTEGER NOT NULL, document BLOB NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
`}}

// Store implements workspace.Store.
type Store struct{ db *engine.SQLite }

// New gives the store in db.
func New(db *engine.SQLite) *Store { return &Store{db} }

// exec runs one statement durably and gives the number of changed rows.
func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	var n int64
	err := s.db.WriteOne(ctx, func(tx *engine.Tx) (err error) {
		n, err = tx.Exec(query, args...)
		return err
	})
	if engine.SQLiteDuplicate(err) {
		return 0, fault.Wrap(err, fault.Conflict, "exists", "It exists already.")
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, engine.SQLiteFault(err))
	}
	return n, nil
}

// CreateWorkspace implements workspace.Store.
func (s *Store) CreateWorkspace(ctx context.Context, w workspace.Workspace) error {
	if err := w.ID.Check(); err != nil {
		return err
	}
	_, err := s.exec(ctx, "storing a workspace", "INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		string(w.ID), w.Name, w.CreatedAt.Milli())
	return err
}

// Workspaces implements workspace.Store.
func (s *Store) Workspaces(ctx context.Context) ([]workspace.Workspace, error) {
	rows, err := s.db.Read.QueryContext(ctx, "SELECT id, name, created_at FROM workspaces ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("listing workspaces: %w", engine.SQLiteFault(err))
	}
	defer rows.Close()
	var out []workspace.Workspace
	for rows.Next() {
		var w workspace.Workspace
		var at int64
		if err := rows.Scan(&w.ID, &w.Name, &at); err != nil {
			return nil, fmt.Errorf("listing workspaces: %w", err)
		}
		w.CreatedAt = when.Milli(at)
		out = append(out, w)
	}
	return out, engine.SQLiteFault(rows.Err())
}

// CreateKey implements workspace.Store.
func (s *Store) CreateKey(ctx context.Context, k workspace.Key) error {
	if err := k.Workspace.Check(); err != nil {
		return err
	}
	_, err := s.exec(ctx, "storing a key", "INSERT INTO keys (id, ws, name, scope, hash, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		k.ID, string(k.Workspace), k.Name, string(k.Scope), k.Hash, k.CreatedAt.Milli(), milli(k.RevokedAt))
	return err
}

func milli(t *when.Time) any {
	if t == nil {
		return nil
	}
	return t.Milli()
}

const keyColumns = "SELECT id, ws, name, scope, hash, created_at, revoked_at FROM keys "

func scanKey(row interface{ Scan(...any) error }) (workspace.Key, error) {
	var k workspace.Key
	var created int64
	var revoked sql.NullInt64
	err := row.Scan(&k.ID, &k.Workspace, &k.Name, &k.Scope, &k.Hash, &created, &revoked)
	k.CreatedAt = when.Milli(created)
	if revoked.Valid {
		t := when.Milli(revoked.Int64)
		k.RevokedAt = &t
	}
	return k, err
}

// KeyByID implements workspace.Store.
func (s *Store) KeyByID(ctx context.Context, id string) (workspace.Key, error) {
	k, err := scanKey(s.db.Read.QueryRowContext(ctx, keyColumns+"WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return k, fault.NotFoundError()
	}
	if err != nil {
		return k, fmt.Errorf("reading a key: %w", engine.SQLiteFault(err))
	}
	return k, nil
}

// Keys implements workspace.Store.
func (s *Store) Keys(ctx context.Context, ws ident.Workspace) ([]workspace.Key, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, keyColumns+"WHERE ws = ? ORDER BY created_at, id", string(ws))
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", engine.SQLiteFault(err))
	}
	defer rows.Close()
	var out []workspace.Key
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, fmt.Errorf("listing keys: %w", err)
		}
		out = append(out, k)
	}
	return out, engine.SQLiteFault(rows.Err())
}

// RevokeKey implements workspace.Store.
func (s *Store) RevokeKey(ctx context.Context, ws ident.Workspace, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "revoking a key", "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? AND ws = ?", at.Milli(), id, string(ws))
	if err == nil && n == 0 {
		return fault.NotFoundError()
	}
	return err
}

// Settings implements workspace.Store.
func (s *Store) Settings(ctx context.Context, ws ident.Workspace) (workspace.SettingsRecord, error) {
	var r workspace.SettingsRecord
	if err := ws.Check(); err != nil {
		return r, err
	}
	var at int64
	err := s.db.Read.QueryRowContext(ctx, "SELECT version, document, updated_at, updated_by FROM settings WHERE ws = ?", string(ws)).
		Scan(&r.Version, &r.Document, &at, &r.UpdatedBy)
	r.UpdatedAt = when.Milli(at)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.NotFoundError()
	}
	if err != nil {
		return r, fmt.Errorf("reading settings: %w", engine.SQLiteFault(err))
	}
	return r, nil
}

// PutSettings implements workspace.Store.
func (s *Store) PutSettings(ctx context.Context, ws ident.Workspace, r workspace.SettingsRecord, version int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	query, args := "UPDATE settings SET version = ?, document = ?, updated_at = ?, updated_by = ? WHERE ws = ? AND version = ?",
		[]any{r.Version, r.Document, r.UpdatedAt.Milli(), r.UpdatedBy, string(ws), version}
	if version == 0 {
		query, args = "INSERT INTO settings (version, document, updated_at, updated_by, ws) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", args[:5]
	}
	n, err := s.exec(ctx, "storing settings", query, args...)
	if err == nil && n == 0 {
		return fault.New(fault.Stale, "stale", "The settings were changed meanwhile.")
	}
	return err
}

// AcquireLease implements workspace.Store.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, now, until when.Time) (bool, error) {
	n, err := s.exec(ctx, "taking a lease", `INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.until <= ? OR leases.holder = excluded.holder`, name, holder, until.Milli(), now.Milli())
	return n > 0, err
}
