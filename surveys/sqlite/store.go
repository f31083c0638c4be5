package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Steps are the tables.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "surveys", SQL: `
CREATE TABLE surveys (ws TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, version INTEGER NOT NULL,
	current INTEGER NOT NULL, map TEXT NOT NULL, stage TEXT NOT NULL, touchpoint TEXT NOT NULL, current_map TEXT NOT NULL, draft BLOB, published BLOB,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL);
CREATE UNIQUE INDEX surveys_id ON surveys (ws, id);
CREATE INDEX surveys_seq ON surveys (ws, seq, id);
CREATE INDEX surveys_map ON surveys (ws, map, seq, id);
CREATE INDEX surveys_current_map ON surveys (ws, current_map, seq, id);
CREATE TABLE survey_versions (ws TEXT NOT NULL, survey TEXT NOT NULL, number INTEGER NOT NULL, version BLOB NOT NULL, PRIMARY KEY (ws, survey, number)) WITHOUT ROWID;
`}}

// Store implements surveys.Store.
type Store struct {
	db   *engine.SQLite
	head *engine.Statement // on the path of every answer
}

// New gives the store in db.
func New(db *engine.SQLite) *Store {
	return &Store{db, db.Statement("SELECT rev, status, current FROM surveys WHERE ws = ? AND id = ?")}
}

func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	n, err := s.db.Exec(ctx, query, args...)
	return n, engine.SQLiteError(what, err)
}

const columns = "rev, seq, status, version, current, map, stage, touchpoint, current_map, draft, published, created_at, updated_at, updated_by"

func values(ws ident.Workspace, r surveys.Record) ([]any, error) {
	var number int64
	var currentMap string
	var published []byte
	if r.Current != nil {
		b, err := json.Marshal(r.Current)
		if err != nil {
			return nil, fmt.Errorf("writing a version: %w", err)
		}
		number, currentMap, published = r.Current.Number, r.Current.Binding.Map, b
	}
	return []any{r.Rev, r.Seq, string(r.Status), r.Version, number, r.Map, r.Stage, r.Touchpoint, currentMap, r.Draft, published,
		r.CreatedAt.Milli(), r.UpdatedAt.Milli(), r.UpdatedBy, string(ws), r.ID}, nil
}

// Create implements surveys.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, r surveys.Record) error {
	if err := ws.Check(); err != nil {
		return err
	}
	args, err := values(ws, r)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "storing a survey", "INSERT INTO surveys ("+columns+", ws, id) VALUES (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	return err
}

func scan(row interface{ Scan(...any) error }) (surveys.Record, error) {
	var r surveys.Record
	var number, created, updated int64
	var currentMap string
	var published []byte
	err := row.Scan(&r.Rev, &r.Seq, &r.Status, &r.Version, &number, &r.Map, &r.Stage, &r.Touchpoint, &currentMap, &r.Draft, &published,
		&created, &updated, &r.UpdatedBy, &r.ID)
	if err != nil {
		return r, err
	}
	r.CreatedAt, r.UpdatedAt = when.Milli(created), when.Milli(updated)
	if published != nil {
		r.Current = new(surveys.Version)
		if err := json.Unmarshal(published, r.Current); err != nil {
			return r, fmt.Errorf("reading a version: %w", err)
		}
	}
	return r, nil
}

// Get implements surveys.Store.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (surveys.Record, error) {
	if err := ws.Check(); err != nil {
		return surveys.Record{}, err
	}
	r, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+", id FROM surveys WHERE ws = ? AND id = ?", string(ws), id))
	return r, one("reading a survey", err)
}

func one(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.NotFoundError()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, engine.SQLiteFault(err))
	}
	return nil
}

// Head implements surveys.Store.
func (s *Store) Head(ctx context.Context, ws ident.Workspace, id string) (surveys.Head, error) {
	var h surveys.Head
	if err := ws.Check(); err != nil {
		return h, err
	}
	err := s.head.Scan(ctx, func(row *sql.Row) error { return row.Scan(&h.Rev, &h.Status, &h.Current) }, string(ws), id)
	return h, one("reading a survey's state", err)
}

// gone tells why a compare-and-set found nothing: another revision or no survey.
func (s *Store) gone(ctx context.Context, ws ident.Workspace, id string) error {
	if _, err := s.Head(ctx, ws, id); err != nil {
		return err
	}
	return fault.New(fault.Stale, "stale", "The survey was changed meanwhile.")
}

// Replace implements surveys.Store.
func (s *Store) Replace(ctx context.Context, ws ident.Workspace, r surveys.Record, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	args, err := values(ws, r)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, "replacing a survey", "UPDATE surveys SET "+strings.ReplaceAll(columns, ",", " = ?,")+" = ? WHERE ws = ? AND id = ? AND rev = ?", append(args, rev)...)
	if err == nil && n == 0 {
		return s.gone(ctx, ws, r.ID)
	}
	return err
}

// Delete implements surveys.Store.
func (s *Store) Delete(ctx context.Context, ws ident.Workspace, id string, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "deleting a survey", "DELETE FROM surveys WHERE ws = ? AND id = ? AND rev = ?", string(ws), id, rev)
	if err == nil && n == 0 {
		return s.gone(ctx, ws, id)
	}
	return err
}

// Archive implements surveys.Store.
func (s *Store) Archive(ctx context.Context, ws ident.Workspace, v surveys.Version) error {
	if err := ws.Check(); err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing a version: %w", err)
	}
	_, err = s.exec(ctx, "archiving a version", "INSERT INTO survey_versions (ws, survey, number, version) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(ws), v.Survey, v.Number, b)
	return err
}

// Archived implements surveys.Store.
func (s *Store) Archived(ctx context.Context, ws ident.Workspace, survey string, number int64) (surveys.Version, error) {
	var v surveys.Version
	if err := ws.Check(); err != nil {
		return v, err
	}
	var b []byte
	err := s.db.Read.QueryRowContext(ctx, "SELECT version FROM survey_versions WHERE ws = ? AND survey = ? AND number = ?", string(ws), survey, number).Scan(&b)
	if err != nil {
		return v, one("reading a version", err)
	}
	return v, json.Unmarshal(b, &v)
}

// ArchivedAll implements surveys.Store.
func (s *Store) ArchivedAll(ctx context.Context, ws ident.Workspace, survey string) ([]surveys.Version, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT version FROM survey_versions WHERE ws = ? AND survey = ? ORDER BY number", string(ws), survey)
	if err != nil {
		return nil, one("listing versions", err)
	}
	defer rows.Close()
	var out []surveys.Version
	for rows.Next() {
		var b []byte
		var v surveys.Version
		if err := rows.Scan(&b); err != nil {
			return nil, one("listing versions", err)
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, fmt.Errorf("reading a version: %w", err)
		}
		out = append(out, v)
	}
	return out, one("listing versions", rows.Err())
}

// List implements surveys.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, f surveys.Filter, p ident.Page) ([]surveys.Record, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	where, args := "ws = ?", []any{string(ws)}
	and := func(cond string, vs ...any) { where += " AND " + cond; args = append(args, vs...) }
	if f.Map != "" {
		and("map = ?", f.Map)
	}
	if f.Stage != "" {
		and("stage = ?", f.Stage)
	}
	switch f.Status {
	case "":
	case surveys.Draft: // what is shown as a draft: see surveys.Record.Shown
		and("draft IS NOT NULL AND status <> 'closed'")
	case surveys.Closed:
		and("status = 'closed'")
	default:
		and("draft IS NULL AND status = ?", string(f.Status))
	}
	if !p.Cursor.Zero() {
		and("(seq, id) < (?, ?)", p.Cursor.Seq, p.Cursor.ID)
	}
	out, err := s.query(ctx, where+" ORDER BY seq DESC, id DESC LIMIT ?", append(args, p.Limit+1)...)
	if err != nil {
		return nil, ident.Cursor{}, err
	}
	page, next := ident.Cut(out, p, func(r surveys.Record) ident.Cursor { return ident.Cursor{Seq: r.Seq, ID: r.ID} })
	return page, next, nil
}

// OfMap implements surveys.Store.
func (s *Store) OfMap(ctx context.Context, ws ident.Workspace, mapID string) ([]surveys.Outline, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	// Two searches, since for one with OR the planner reads the whole workspace.
	const outline = "SELECT id, map, stage, touchpoint, current, seq FROM surveys WHERE ws = ?1 AND "
	rows, err := s.db.Read.QueryContext(ctx, outline+"map = ?2 UNION "+outline+"current_map = ?2 ORDER BY seq DESC, id DESC", string(ws), mapID)
	if err != nil {
		return nil, one("listing a map's surveys", err)
	}
	defer rows.Close()
	var out []surveys.Outline
	for rows.Next() {
		var o surveys.Outline
		var seq int64
		if err := rows.Scan(&o.ID, &o.Map, &o.Stage, &o.Touchpoint, &o.Current, &seq); err != nil {
			return nil, one("listing a map's surveys", err)
		}
		out = append(out, o)
	}
	return out, one("listing a map's surveys", rows.Err())
}

func (s *Store) query(ctx context.Context, where string, args ...any) ([]surveys.Record, error) {
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+", id FROM surveys WHERE "+where, args...)
	if err != nil {
		return nil, one("listing surveys", err)
	}
	defer rows.Close()
	var out []surveys.Record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, one("listing surveys", err)
		}
		out = append(out, r)
	}
	return out, one("listing surveys", rows.Err())
}
