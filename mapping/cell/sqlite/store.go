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
`}, {Version: 4, Domain: "cell", SQL: `
-- The totals stand before the groups, which may be long: what is read alone is
-- not looked for behind them.
ALTER TABLE cells RENAME TO cells_3;
DROP INDEX cells_last_day;
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
	totals  BLOB, -- NULL: the groups are read instead
	groups  BLOB,
	PRIMARY KEY (ws, survey, level, at, prefix)
) STRICT;
INSERT INTO cells (ws, survey, level, at, prefix, rev, split, open, counted, last, groups)
	SELECT ws, survey, level, at, prefix, rev, split, open, counted, last, groups FROM cells_3;
DROP TABLE cells_3;
CREATE INDEX cells_last_day ON cells (ws, survey, at) WHERE level = 0 AND counted > 0;
`}}

// Store implements cell.Store.
type Store struct{ db *engine.SQLite }

// New gives the store of an open, migrated engine, which stays the caller's.
func New(db *engine.SQLite) *Store { return &Store{db} }

var _ cell.Store = (*Store)(nil)

const (
	head    = "level, at, prefix, rev, split, open, counted, last, totals, "
	columns = head + "groups"
)

func scan(row interface{ Scan(...any) error }, texts *texts) (cell.Node, error) {
	var n cell.Node
	var totals, groups []byte
	err := row.Scan(&n.Level, &n.Start.At, &n.Start.ID, &n.Rev, &n.Split, &n.Open, &n.Counted, &n.Last, &totals, &groups)
	if err != nil {
		return n, err
	}
	if n.Totals, err = texts.read(totals); err != nil {
		return n, err
	}
	n.Groups, err = texts.read(groups)
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
	totals, err := bytesOf(n.Totals)
	if err != nil {
		return fmt.Errorf("writing a cell: %w", err)
	}
	groups, err := bytesOf(n.Groups)
	if err != nil {
		return fmt.Errorf("writing a cell: %w", err)
	}
	query := "INSERT INTO cells (rev, split, open, counted, last, totals, groups, ws, survey, level, at, prefix) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
	args := []any{n.Rev, n.Split, n.Open, n.Counted, n.Last, totals, groups, string(ws), survey, int(n.Level), n.Start.At, n.Start.ID}
	if rev > 0 {
		query = "UPDATE cells SET rev = ?, split = ?, open = ?, counted = ?, last = ?, totals = ?, groups = ? WHERE ws = ? AND survey = ? AND level = ? AND at = ? AND prefix = ? AND rev = ?"
		args = append(args, rev)
	}
	changed, err := s.db.Exec(ctx, query, args...)
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
	return s.nodes(ctx, columns, ws, survey, level, from, to)
}

// Totals implements cell.Store.
func (s *Store) Totals(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) ([]cell.Node, error) {
	return s.nodes(ctx, head+"CASE WHEN totals IS NULL THEN groups END", ws, survey, level, from, to)
}

func (s *Store) nodes(ctx context.Context, columns string, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) ([]cell.Node, error) {
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

// Last implements cell.Store.
func (s *Store) Last(ctx context.Context, ws ident.Workspace, survey string) (last int64, err error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	// Left to itself the planner walks back through the days that count nobody.
	err = s.db.Read.QueryRowContext(ctx, "SELECT last FROM cells INDEXED BY cells_last_day WHERE ws = ? AND survey = ? AND level = 0 AND counted > 0 ORDER BY at DESC LIMIT 1",
		string(ws), survey).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return last, wrap("reading the newest day", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, engine.SQLiteFault(err))
}
