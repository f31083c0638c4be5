package sqlite

import (
	"context"
	"strings"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Steps are the tables. The body stands last: what comes before it is read
// without it.
var Steps = []engine.SQLiteStep{{Version: 5, Domain: "files", SQL: `
CREATE TABLE files (ws TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
	used TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX files_id ON files (ws, id);
`}}

// Store implements files.Store.
type Store struct{ db *engine.SQLite }

// New gives the store in db.
func New(db *engine.SQLite) *Store { return &Store{db} }

func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	n, err := s.db.Exec(ctx, query, args...)
	return n, engine.SQLiteError(what, err)
}

const columns = "id, name, type, bytes, width, height, used, created_at, created_by"

func scan(row interface{ Scan(...any) error }, more ...any) (files.File, error) {
	var f files.File
	var created int64
	err := row.Scan(append([]any{&f.ID, &f.Name, &f.Type, &f.Bytes, &f.Width, &f.Height, &f.Use, &created, &f.CreatedBy}, more...)...)
	f.CreatedAt = when.Milli(created)
	return f, err
}

// Create implements files.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, f files.File, body []byte) error {
	if err := ws.Check(); err != nil {
		return err
	}
	_, err := s.exec(ctx, "storing a file", "INSERT INTO files ("+columns+", ws, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		f.ID, f.Name, f.Type, f.Bytes, f.Width, f.Height, string(f.Use), f.CreatedAt.Milli(), f.CreatedBy, string(ws), body)
	return err
}

// Find implements files.Store.
func (s *Store) Find(ctx context.Context, ws ident.Workspace, ids []string) ([]files.File, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{string(ws)}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM files WHERE ws = ? AND id IN (?"+strings.Repeat(", ?", len(ids)-1)+")", args...)
	if err != nil {
		return nil, engine.SQLiteError("finding files", err)
	}
	defer rows.Close()
	var out []files.File
	for rows.Next() {
		f, err := scan(rows)
		if err != nil {
			return nil, engine.SQLiteError("finding files", err)
		}
		out = append(out, f)
	}
	return out, engine.SQLiteError("finding files", rows.Err())
}

// Open implements files.Store.
func (s *Store) Open(ctx context.Context, ws ident.Workspace, id string) (files.File, []byte, error) {
	if err := ws.Check(); err != nil {
		return files.File{}, nil, err
	}
	var body []byte
	f, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+", body FROM files WHERE ws = ? AND id = ?", string(ws), id), &body)
	if err != nil {
		return files.File{}, nil, engine.SQLiteError("reading a file", err)
	}
	return f, body, nil
}

// Delete implements files.Store.
func (s *Store) Delete(ctx context.Context, ws ident.Workspace, id string) error {
	if err := ws.Check(); err != nil {
		return err
	}
	n, err := s.exec(ctx, "deleting a file", "DELETE FROM files WHERE ws = ? AND id = ?", string(ws), id)
	if err == nil && n == 0 {
		return fault.NotFoundError()
	}
	return err
}
