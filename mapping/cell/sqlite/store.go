package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"waymark/mapping/cell"
	"waymark/responses"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// Steps make the table.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "cell", SQL: `
CREATE TABLE cells (
	ws      TEXT NOT NULL,
	survey  TEXT NOT NULL,
	level   INTEGER NOT NULL,
	at      INTEGER NOT NULL, -- milliseconds since 1970
	prefix  TEXT NOT NULL,
	rev     INTEGER NOT NULL,
	split   INTEGER NOT NULL,
	open    INTEGER NOT NULL,
	counted INTEGER NOT NULL,
	last    INTEGER NOT NULL,
	groups  BLOB,
	PRIMARY KEY (ws, survey, level, at, prefix)
) STRICT;
CREATE INDEX cells_last_day ON cells (ws, survey, at) WHERE level = 0 AND counted > 0;
`}}

// Store implements cell.Store.
type Store struct{ db *engine.SQLite }

// New gives the store of an open, migrated engine, which stays the caller's.
func New(db *engine.SQLite) *Store { return &Store{db} }

var _ cell.Store = (*Store)(nil)

const columns = "level, at, prefix, rev, split, open, counted, last, groups"

func scan(row interface{ Scan(...any) error }, texts *texts) (cell.Node, error) {
	var n cell.Node
	var groups []byte
	err := row.Scan(&n.Level, &n.Start.At, &n.Start.ID, &n.Rev, &n.Split, &n.Open, &n.Counted, &n.Last, &groups)
	if err != nil {
		return n, err
	}
	if groups != nil {
		n.Groups, err = texts.read(groups)
	}
	return n, err
}

// Node implements cell.Store.
func (s *Store) Node(ctx context.Context, ws ident.Workspace, survey string, k cell.NodeKey) (cell.Node, error) {
	if err := ws.Check(); err != nil {
		return cell.Node{}, err
	}
	n, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+" FROM cells WHERE ws = ? AND survey = ? AND level = ? AND at = ? AND prefix = ?",
		string(ws), survey, int(k.Level), k.Start.At, k.Start.ID), &texts{})
	if errors.Is(err, sql.ErrNoRows) {
		return cell.Node{}, nil
	}
	return n, wrap("reading a cell", err)
}

// Put implements cell.Store.
func (s *Store) Put(ctx context.Context, ws ident.Workspace, survey string, n cell.Node, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	var groups []byte
	if len(n.Groups) > 0 {
		var err error
		if groups, err = appendGroups(nil, n.Groups); err != nil {
			return fmt.Errorf("writing a cell: %w", err)
		}
	}
	query := "INSERT INTO cells (rev, split, open, counted, last, groups, ws, survey, level, at, prefix) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
	args := []any{n.Rev, n.Split, n.Open, n.Counted, n.Last, groups, string(ws), survey, int(n.Level), n.Start.At, n.Start.ID}
	if rev > 0 {
		query = "UPDATE cells SET rev = ?, split = ?, open = ?, counted = ?, last = ?, groups = ? WHERE ws = ? AND survey = ? AND level = ? AND at = ? AND prefix = ? AND rev = ?"
		args = append(args, rev)
	}
	var changed int64
	err := s.db.WriteOne(ctx, func(tx *engine.Tx) (err error) {
		changed, err = tx.Exec(query, args...)
		return err
	})
	if err != nil {
		return wrap("storing a cell", err)
	}
	if changed == 0 {
		return fault.New(fault.Stale, "stale", "The cell was changed meanwhile.")
	}
	return nil
}

const inRange = "WHERE ws = ? AND survey = ? AND level = ? AND (at, prefix) >= (?, ?) AND (at, prefix) < (?, ?) ORDER BY at, prefix"

func rangeArgs(ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) []any {
	return []any{string(ws), survey, int(level), from.At, from.ID, to.At, to.ID}
}

// Nodes implements cell.Store.
func (s *Store) Nodes(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) ([]cell.Node, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM cells "+inRange, rangeArgs(ws, survey, level, from, to)...)
	if err != nil {
		return nil, wrap("reading cells", err)
	}
	defer rows.Close()
	var out []cell.Node
	var t texts
	for rows.Next() {
		n, err := scan(rows, &t)
		if err != nil {
			return nil, wrap("reading cells", err)
		}
		out = append(out, n)
	}
	return out, wrap("reading cells", rows.Err())
}

// Keys implements cell.Store.
func (s *Store) Keys(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) ([]cell.NodeKey, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT at, prefix FROM cells "+inRange, rangeArgs(ws, survey, level, from, to)...)
	if err != nil {
		return nil, wrap("listing cells", err)
	}
	defer rows.Close()
	var out []cell.NodeKey
	for rows.Next() {
		k := cell.NodeKey{Level: level}
		if err := rows.Scan(&k.Start.At, &k.Start.ID); err != nil {
			return nil, wrap("listing cells", err)
		}
		out = append(out, k)
	}
	return out, wrap("listing cells", rows.Err())
}

// LastDay implements cell.Store.
func (s *Store) LastDay(ctx context.Context, ws ident.Workspace, survey string) (cell.Node, error) {
	if err := ws.Check(); err != nil {
		return cell.Node{}, err
	}
	// Left to itself the planner walks back through the days that count nobody.
	n, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+" FROM cells INDEXED BY cells_last_day WHERE ws = ? AND survey = ? AND level = 0 AND counted > 0 ORDER BY at DESC LIMIT 1",
		string(ws), survey), &texts{})
	if errors.Is(err, sql.ErrNoRows) {
		return cell.Node{}, nil
	}
	return n, wrap("reading the newest day", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, engine.SQLiteFault(err))
}
