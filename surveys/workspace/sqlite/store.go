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

// Store is workspace.Store on SQLite.
type Store struct {
	engine        *engine.SQLite
	key, settings *engine.Statement // the look-ups of every request
}

// New gives the store of an open, migrated engine, which stays the caller's.
func New(e *engine.SQLite) *Store {
	return &Store{engine: e, key: e.Statement("SELECT " + keyColumns + " FROM api_keys WHERE id = ?"),
		settings: e.Statement("SELECT version, document, created_at, updated_at, updated_by FROM settings WHERE workspace = ?")}
}

var _ workspace.Store = (*Store)(nil)

// CreateWorkspace stores a new workspace.
func (s *Store) CreateWorkspace(ctx context.Context, w workspace.Workspace) error {
	if err := w.ID.Check(); err != nil {
		return err
	}
	_, err := s.change(ctx, "INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		string(w.ID), w.Name, w.CreatedAt.Milli())
	if err != nil {
		return fmt.Errorf("storing a workspace: %w", err)
	}
	return nil
}

// Workspace reads one.
func (s *Store) Workspace(ctx context.Context, ws ident.Workspace) (workspace.Workspace, error) {
	if err := ws.Check(); err != nil {
		return workspace.Workspace{}, err
	}
	w := workspace.Workspace{ID: ws}
	var created int64
	err := s.engine.Read.QueryRowContext(ctx, "SELECT name, created_at FROM workspaces WHERE id = ?", string(ws)).Scan(&w.Name, &created)
	if err != nil {
		return workspace.Workspace{}, read(err, "a workspace")
	}
	w.CreatedAt = when.Milli(created)
	return w, nil
}

// Workspaces lists all by name.
func (s *Store) Workspaces(ctx context.Context) ([]workspace.Workspace, error) {
	rows, err := s.engine.Read.QueryContext(ctx, "SELECT id, name, created_at FROM workspaces ORDER BY name")
	if err != nil {
		return nil, read(err, "workspaces")
	}
	defer rows.Close()
	var list []workspace.Workspace
	for rows.Next() {
		var (
			w       workspace.Workspace
			created int64
		)
		if err := rows.Scan(&w.ID, &w.Name, &created); err != nil {
			return nil, read(err, "workspaces")
		}
		w.CreatedAt = when.Milli(created)
		list = append(list, w)
	}
	return list, read(rows.Err(), "workspaces")
}

// CreateKey stores a key.
func (s *Store) CreateKey(ctx context.Context, k workspace.Key) error {
	if err := k.Workspace.Check(); err != nil {
		return err
	}
	var revoked sql.NullInt64
	if k.RevokedAt != nil {
		revoked = sql.NullInt64{Int64: k.RevokedAt.Milli(), Valid: true}
	}
	_, err := s.change(ctx, "INSERT INTO api_keys (id, workspace, name, scope, hash, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		k.ID, string(k.Workspace), k.Name, string(k.Scope), k.Hash, k.CreatedAt.Milli(), revoked)
	if engine.SQLiteDuplicate(err) {
		return fault.Wrap(err, fault.Conflict, "exists", "There is a key of that id already.")
	}
	if err != nil {
		return fmt.Errorf("storing a key: %w", err)
	}
	return nil
}

const keyColumns = "id, workspace, name, scope, hash, created_at, revoked_at"

func scanKey(row interface{ Scan(...any) error }) (workspace.Key, error) {
	var (
		k       workspace.Key
		created int64
		revoked sql.NullInt64
	)
	if err := row.Scan(&k.ID, &k.Workspace, &k.Name, &k.Scope, &k.Hash, &created, &revoked); err != nil {
		return workspace.Key{}, err
	}
	k.CreatedAt = when.Milli(created)
	if revoked.Valid {
		at := when.Milli(revoked.Int64)
		k.RevokedAt = &at
	}
	return k, nil
}

// KeyByID reads a key by its id.
func (s *Store) KeyByID(ctx context.Context, id string) (workspace.Key, error) {
	var k workspace.Key
	err := s.key.Scan(ctx, func(row *sql.Row) (err error) { k, err = scanKey(row); return err }, id)
	return k, read(err, "a key")
}

// Keys lists the workspace's keys.
func (s *Store) Keys(ctx context.Context, ws ident.Workspace) ([]workspace.Key, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.engine.Read.QueryContext(ctx, "SELECT "+keyColumns+" FROM api_keys WHERE workspace = ? ORDER BY created_at, id", string(ws))
	if err != nil {
		return nil, read(err, "keys")
	}
	defer rows.Close()
	var list []workspace.Key
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, read(err, "keys")
		}
		list = append(list, k)
	}
	return list, read(rows.Err(), "keys")
}

// RevokeKey ends a key.
func (s *Store) RevokeKey(ctx context.Context, ws ident.Workspace, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.change(ctx, "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? AND workspace = ?", at.Milli(), id, string(ws))
	if err != nil {
		return fmt.Errorf("revoking a key: %w", err)
	}
	if n == 0 {
		return fault.NotFoundError()
	}
	return nil
}

// Settings reads the workspace's settings.
func (s *Store) Settings(ctx context.Context, ws ident.Workspace) (workspace.SettingsRecord, error) {
	if err := ws.Check(); err != nil {
		return workspace.SettingsRecord{}, err
	}
	var (
		r                workspace.SettingsRecord
		created, updated int64
	)
	err := s.settings.Scan(ctx, func(row *sql.Row) error {
		return row.Scan(&r.Version, &r.Document, &created, &updated, &r.UpdatedBy)
	}, string(ws))
	if err != nil {
		return workspace.SettingsRecord{}, read(err, "settings")
	}
	r.CreatedAt, r.UpdatedAt = when.Milli(created), when.Milli(updated)
	return r, nil
}

// PutSettings replaces the workspace's settings by compare-and-set.
func (s *Store) PutSettings(ctx context.Context, ws ident.Workspace, r workspace.SettingsRecord) error {
	if err := ws.Check(); err != nil {
		return err
	}
	// What is stored has a version above FirstVersion, so only an insert can
	// be based on it and an insert only on it.
	query := "UPDATE settings SET version = ?2, document = ?3, created_at = ?4, updated_at = ?5, updated_by = ?6 WHERE workspace = ?1 AND version = ?2 - 1"
	if r.Version == workspace.FirstVersion+1 {
		query = "INSERT INTO settings (workspace, version, document, created_at, updated_at, updated_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING"
	}
	n, err := s.change(ctx, query, string(ws), r.Version, r.Document, r.CreatedAt.Milli(), r.UpdatedAt.Milli(), r.UpdatedBy)
	if err != nil {
		return fmt.Errorf("storing settings: %w", err)
	}
	if n == 0 {
		return workspace.StaleError()
	}
	return nil
}

// Lease reads a lease.
func (s *Store) Lease(ctx context.Context, name string) (workspace.Lease, error) {
	l := workspace.Lease{Name: name}
	var until int64
	err := s.engine.Read.QueryRowContext(ctx, "SELECT holder, until FROM leases WHERE name = ?", name).Scan(&l.Holder, &until)
	if err != nil {
		return workspace.Lease{}, read(err, "a lease")
	}
	l.Until = when.Milli(until)
	return l, nil
}

// SwapLease stores l where old is what is stored.
func (s *Store) SwapLease(ctx context.Context, old *workspace.Lease, l workspace.Lease) (bool, error) {
	query := "INSERT INTO leases (name, holder, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
	args := []any{l.Name, l.Holder, l.Until.Milli()}
	if old != nil {
		query = "UPDATE leases SET holder = ?2, until = ?3 WHERE name = ?1 AND holder = ?4 AND until = ?5"
		args = append(args, old.Holder, old.Until.Milli())
	}
	n, err := s.change(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("storing a lease: %w", err)
	}
	return n == 1, nil
}

// change runs one changing statement in the next group commit and gives the
// number of rows it changed.
func (s *Store) change(ctx context.Context, query string, args ...any) (int64, error) {
	n, err := s.engine.Exec(ctx, query, args...)
	if err != nil {
		return 0, engine.SQLiteFault(err)
	}
	return n, nil
}

// read translates what a query answered.
func read(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fault.NotFoundError()
	}
	return fmt.Errorf("reading %s: %w", what, engine.SQLiteFault(err))
}
