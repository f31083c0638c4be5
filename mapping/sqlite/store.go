package sqlite

import (
	"context"
	"database/sql"

	"waymark/mapping"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Steps are the tables.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "mapping", SQL: `
CREATE TABLE maps (ws TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, document BLOB NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL);
CREATE UNIQUE INDEX maps_id ON maps (ws, id);
CREATE INDEX maps_seq ON maps (ws, seq, id);
CREATE TABLE map_versions (ws TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, document BLOB NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL);
CREATE UNIQUE INDEX map_versions_id ON map_versions (ws, id, version);
CREATE TABLE shares (hash TEXT PRIMARY KEY, ws TEXT NOT NULL, map TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, label TEXT NOT NULL, access TEXT NOT NULL,
	expires_at INTEGER, revoked_at INTEGER, created_at INTEGER NOT NULL, created_by TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX shares_id ON shares (ws, map, id);
CREATE INDEX shares_seq ON shares (ws, map, seq, id);
`}}

// Store implements mapping.Store.
type Store struct{ db *engine.SQLite }

// New gives the store in db.
func New(db *engine.SQLite) *Store { return &Store{db} }

func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	n, err := s.db.Exec(ctx, query, args...)
	return n, engine.SQLiteError(what, err)
}

const columns = "version, seq, document, created_at, updated_at, updated_by, id"

func values(ws ident.Workspace, r mapping.Record) []any {
	return []any{r.Version, r.Seq, r.Document, r.CreatedAt.Milli(), r.UpdatedAt.Milli(), r.UpdatedBy, r.ID, string(ws)}
}

func scan(row interface{ Scan(...any) error }) (mapping.Record, error) {
	var r mapping.Record
	var created, updated int64
	err := row.Scan(&r.Version, &r.Seq, &r.Document, &created, &updated, &r.UpdatedBy, &r.ID)
	r.CreatedAt, r.UpdatedAt = when.Milli(created), when.Milli(updated)
	return r, err
}

// Create implements mapping.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, r mapping.Record) error {
	if err := ws.Check(); err != nil {
		return err
	}
	_, err := s.exec(ctx, "storing a map", "INSERT INTO maps ("+columns+", ws) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values(ws, r)...)
	return err
}

// Get implements mapping.Store.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (mapping.Record, error) {
	if err := ws.Check(); err != nil {
		return mapping.Record{}, err
	}
	r, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+" FROM maps WHERE ws = ? AND id = ?", string(ws), id))
	return r, engine.SQLiteError("reading a map", err)
}

func (s *Store) gone(ctx context.Context, ws ident.Workspace, id string) error {
	if _, err := s.Get(ctx, ws, id); err != nil {
		return err
	}
	return fault.New(fault.Stale, "stale", "The map was changed meanwhile.")
}

// Replace implements mapping.Store.
func (s *Store) Replace(ctx context.Context, ws ident.Workspace, r mapping.Record, version int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "replacing a map", "UPDATE maps SET version = ?, seq = ?, document = ?, created_at = ?, updated_at = ?, updated_by = ? WHERE id = ? AND ws = ? AND version = ?",
		append(values(ws, r), version)...)
	if err == nil && n == 0 {
		return s.gone(ctx, ws, r.ID)
	}
	return err
}

// Delete implements mapping.Store.
func (s *Store) Delete(ctx context.Context, ws ident.Workspace, id string, version int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "deleting a map", "DELETE FROM maps WHERE ws = ? AND id = ? AND version = ?", string(ws), id, version)
	if err == nil && n == 0 {
		return s.gone(ctx, ws, id)
	}
	return err
}

// Archive implements mapping.Store.
func (s *Store) Archive(ctx context.Context, ws ident.Workspace, r mapping.Record) error {
	if err := ws.Check(); err != nil {
		return err
	}
	_, err := s.exec(ctx, "archiving a map", "INSERT INTO map_versions ("+columns+", ws) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values(ws, r)...)
	return err
}

// Archived implements mapping.Store.
func (s *Store) Archived(ctx context.Context, ws ident.Workspace, id string, version int64) (mapping.Record, error) {
	if err := ws.Check(); err != nil {
		return mapping.Record{}, err
	}
	r, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+" FROM map_versions WHERE ws = ? AND id = ? AND version = ?", string(ws), id, version))
	return r, engine.SQLiteError("reading a version", err)
}

// Versions implements mapping.Store. The cursor's Seq is the version.
func (s *Store) Versions(ctx context.Context, ws ident.Workspace, id string, p ident.Page) ([]mapping.Record, ident.Cursor, error) {
	from, args := "map_versions WHERE ws = ? AND id = ?", []any{string(ws), id}
	if !p.Cursor.Zero() {
		from, args = from+" AND version < ?", append(args, p.Cursor.Seq)
	}
	return s.page(ctx, ws, p, from+" ORDER BY version DESC", func(r mapping.Record) int64 { return r.Version }, args...)
}

// List implements mapping.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, p ident.Page) ([]mapping.Record, ident.Cursor, error) {
	from, args := "maps WHERE ws = ?", []any{string(ws)}
	if !p.Cursor.Zero() {
		from, args = from+" AND (seq, id) < (?, ?)", append(args, p.Cursor.Seq, p.Cursor.ID)
	}
	return s.page(ctx, ws, p, from+" ORDER BY seq DESC, id DESC", func(r mapping.Record) int64 { return r.Seq }, args...)
}

// page reads one more than the page holds; from says where and in which order.
func (s *Store) page(ctx context.Context, ws ident.Workspace, p ident.Page, from string, place func(mapping.Record) int64, args ...any) ([]mapping.Record, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM "+from+" LIMIT ?", append(args, p.Limit+1)...)
	if err != nil {
		return nil, ident.Cursor{}, engine.SQLiteError("listing maps", err)
	}
	defer rows.Close()
	var out []mapping.Record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, ident.Cursor{}, engine.SQLiteError("listing maps", err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, ident.Cursor{}, engine.SQLiteError("listing maps", err)
	}
	page, next := ident.Cut(out, p, func(r mapping.Record) ident.Cursor { return ident.Cursor{Seq: place(r), ID: r.ID} })
	return page, next, nil
}

const shareColumns = "hash, ws, map, id, seq, label, access, expires_at, revoked_at, created_at, created_by"

func milli(t *when.Time) any {
	if t == nil {
		return nil
	}
	return t.Milli()
}

func scanShare(row interface{ Scan(...any) error }) (ident.Workspace, mapping.Share, error) {
	var ws ident.Workspace
	var sh mapping.Share
	var expires, revoked sql.NullInt64
	var created int64
	err := row.Scan(&sh.Hash, &ws, &sh.Map, &sh.ID, &sh.Seq, &sh.Label, &sh.Access, &expires, &revoked, &created, &sh.CreatedBy)
	sh.CreatedAt = when.Milli(created)
	for from, to := range map[*sql.NullInt64]**when.Time{&expires: &sh.ExpiresAt, &revoked: &sh.RevokedAt} {
		if from.Valid {
			t := when.Milli(from.Int64)
			*to = &t
		}
	}
	return ws, sh, err
}

// CreateShare implements mapping.Store.
func (s *Store) CreateShare(ctx context.Context, ws ident.Workspace, sh mapping.Share) error {
	if err := ws.Check(); err != nil {
		return err
	}
	_, err := s.exec(ctx, "storing a share", "INSERT INTO shares ("+shareColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		sh.Hash, string(ws), sh.Map, sh.ID, sh.Seq, sh.Label, sh.Access, milli(sh.ExpiresAt), milli(sh.RevokedAt), sh.CreatedAt.Milli(), sh.CreatedBy)
	return err
}

// Shares implements mapping.Store.
func (s *Store) Shares(ctx context.Context, ws ident.Workspace, mapID string, p ident.Page) ([]mapping.Share, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	where, args := "ws = ? AND map = ?", []any{string(ws), mapID}
	if !p.Cursor.Zero() {
		where += " AND (seq, id) < (?, ?)"
		args = append(args, p.Cursor.Seq, p.Cursor.ID)
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+shareColumns+" FROM shares WHERE "+where+" ORDER BY seq DESC, id DESC LIMIT ?", append(args, p.Limit+1)...)
	if err != nil {
		return nil, ident.Cursor{}, engine.SQLiteError("listing shares", err)
	}
	defer rows.Close()
	var out []mapping.Share
	for rows.Next() {
		_, sh, err := scanShare(rows)
		if err != nil {
			return nil, ident.Cursor{}, engine.SQLiteError("listing shares", err)
		}
		out = append(out, sh)
	}
	if err := rows.Err(); err != nil {
		return nil, ident.Cursor{}, engine.SQLiteError("listing shares", err)
	}
	page, next := ident.Cut(out, p, func(sh mapping.Share) ident.Cursor { return ident.Cursor{Seq: sh.Seq, ID: sh.ID} })
	return page, next, nil
}

// RevokeShare implements mapping.Store.
func (s *Store) RevokeShare(ctx context.Context, ws ident.Workspace, mapID, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "revoking a share", "UPDATE shares SET revoked_at = coalesce(revoked_at, ?) WHERE ws = ? AND map = ? AND id = ?", at.Milli(), string(ws), mapID, id)
	if err == nil && n == 0 {
		return fault.NotFoundError()
	}
	return err
}

// ShareByHash implements mapping.Store.
func (s *Store) ShareByHash(ctx context.Context, hash string) (ident.Workspace, mapping.Share, error) {
	ws, sh, err := scanShare(s.db.Read.QueryRowContext(ctx, "SELECT "+shareColumns+" FROM shares WHERE hash = ?", hash))
	return ws, sh, engine.SQLiteError("looking a share up", err)
}
