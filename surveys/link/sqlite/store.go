package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/go-json-experiment/json"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/when"
)

// listed is what lists show. The index of lists has nothing else, so that a
// list costs what it shows however many previews and revoked links there are.
const listed = "revoked_at IS NULL AND preview = 0"

// Steps are the tables.
var Steps = []engine.SQLiteStep{{Version: 5, Domain: "link", SQL: `
CREATE TABLE links (hash TEXT PRIMARY KEY, ws TEXT NOT NULL, survey TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, label TEXT NOT NULL,
	single_use INTEGER NOT NULL, max_responses INTEGER, expires_at INTEGER, properties BLOB, language TEXT NOT NULL, one_click INTEGER NOT NULL, kiosk INTEGER NOT NULL,
	preview INTEGER NOT NULL, secret BLOB NOT NULL, revoked_at INTEGER, created_at INTEGER NOT NULL, created_by TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX links_id ON links (ws, survey, id);
CREATE INDEX links_seq ON links (ws, survey, seq, id) WHERE ` + listed + `;
CREATE INDEX links_previews ON links (expires_at) WHERE preview = 1;
`}}

// Store implements link.Store.
type Store struct {
	db   *engine.SQLite
	hash *engine.Statement // the look-up of every page
}

// New gives the store in db.
func New(db *engine.SQLite) *Store {
	return &Store{db, db.Statement("SELECT " + columns + " FROM links WHERE hash = ?")}
}

func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	n, err := s.db.Exec(ctx, query, args...)
	return n, engine.SQLiteError(what, err)
}

const columns = "hash, ws, survey, id, seq, label, single_use, max_responses, expires_at, properties, language, one_click, kiosk, preview, secret, revoked_at, created_at, created_by"

func milli(t *when.Time) any {
	if t == nil {
		return nil
	}
	return t.Milli()
}

func instant(ms sql.NullInt64) *when.Time {
	if !ms.Valid {
		return nil
	}
	t := when.Milli(ms.Int64)
	return &t
}

func scan(row interface{ Scan(...any) error }) (ws ident.Workspace, l link.Link, err error) {
	var most, expires, revoked sql.NullInt64
	var properties []byte
	var created int64
	err = row.Scan(&l.Hash, &ws, &l.Survey, &l.ID, &l.Seq, &l.Label, &l.SingleUse, &most, &expires, &properties, &l.Language, &l.OneClick, &l.Kiosk, &l.Preview,
		&l.Secret, &revoked, &created, &l.CreatedBy)
	if err != nil {
		return "", link.Link{}, err
	}
	if most.Valid {
		n := int(most.Int64)
		l.MaxResponses = &n
	}
	if properties != nil {
		if err := json.Unmarshal(properties, &l.Properties); err != nil {
			return "", link.Link{}, fmt.Errorf("reading the properties of a link: %w", err)
		}
	}
	l.ExpiresAt, l.RevokedAt, l.CreatedAt = instant(expires), instant(revoked), when.Milli(created)
	return ws, l, nil
}

// Create implements link.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, l link.Link) error {
	if err := ws.Check(); err != nil {
		return err
	}
	var properties, most any
	if l.Properties != nil {
		b, err := json.Marshal(l.Properties, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("writing the properties of a link: %w", err)
		}
		properties = b
	}
	if l.MaxResponses != nil {
		most = *l.MaxResponses
	}
	_, err := s.exec(ctx, "storing a link", "INSERT INTO links ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		l.Hash, string(ws), l.Survey, l.ID, l.Seq, l.Label, l.SingleUse, most, milli(l.ExpiresAt), properties, l.Language, l.OneClick, l.Kiosk, l.Preview,
		l.Secret, milli(l.RevokedAt), l.CreatedAt.Milli(), l.CreatedBy)
	return err
}

// List implements link.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, survey string, p ident.Page) ([]link.Link, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	where, args := "ws = ? AND survey = ? AND "+listed, []any{string(ws), survey}
	if !p.Cursor.Zero() {
		where, args = where+" AND (seq, id) < (?, ?)", append(args, p.Cursor.Seq, p.Cursor.ID)
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM links WHERE "+where+" ORDER BY seq DESC, id DESC LIMIT ?", append(args, p.Limit+1)...)
	if err != nil {
		return nil, ident.Cursor{}, engine.SQLiteError("listing links", err)
	}
	defer rows.Close()
	var out []link.Link
	for rows.Next() {
		_, l, err := scan(rows)
		if err != nil {
			return nil, ident.Cursor{}, engine.SQLiteError("listing links", err)
		}
		out = append(out, l)
	}
	if err := rows.Err(); err != nil {
		return nil, ident.Cursor{}, engine.SQLiteError("listing links", err)
	}
	page, next := ident.Cut(out, p, func(l link.Link) ident.Cursor { return ident.Cursor{Seq: l.Seq, ID: l.ID} })
	return page, next, nil
}

// Revoke implements link.Store.
func (s *Store) Revoke(ctx context.Context, ws ident.Workspace, survey, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "revoking a link", "UPDATE links SET revoked_at = coalesce(revoked_at, ?) WHERE ws = ? AND survey = ? AND id = ?", at.Milli(), string(ws), survey, id)
	if err == nil && n == 0 {
		return fault.NotFoundError()
	}
	return err
}

// ByHash implements link.Store.
func (s *Store) ByHash(ctx context.Context, hash string) (ident.Workspace, link.Link, error) {
	var ws ident.Workspace
	var l link.Link
	err := s.hash.Scan(ctx, func(row *sql.Row) (err error) { ws, l, err = scan(row); return err }, hash)
	return ws, l, engine.SQLiteError("looking a link up", err)
}

// Sweep implements link.Store.
func (s *Store) Sweep(ctx context.Context, until when.Time, limit int) (int, error) {
	n, err := s.exec(ctx, "removing previews", "DELETE FROM links WHERE hash IN (SELECT hash FROM links WHERE preview = 1 AND expires_at <= ? LIMIT ?)", until.Milli(), limit)
	return int(n), err
}
