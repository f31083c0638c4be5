package engine

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// Statement is a query on the path of every request: it is prepared once and
// kept for all connections of the pool of readers.
type Statement struct {
	db    *SQLite
	query string
	kept  atomic.Pointer[sql.Stmt]
}

// Statement gives a query that is prepared when it is first asked.
func (s *SQLite) Statement(query string) *Statement { return &Statement{db: s, query: query} }

// Scan reads the one row that the query gives for args by scan, and passes on
// what it says; sql.ErrNoRows where there is none.
func (s *Statement) Scan(ctx context.Context, scan func(*sql.Row) error, args ...any) error {
	st := s.kept.Load()
	if st == nil {
		var err error
		if st, err = s.db.Read.PrepareContext(ctx, s.query); err != nil {
			return err
		}
		if !s.kept.CompareAndSwap(nil, st) {
			_ = st.Close() // another request was quicker
			st = s.kept.Load()
		}
	}
	return scan(st.QueryRowContext(ctx, args...))
}
