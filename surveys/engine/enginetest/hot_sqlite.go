package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"waymark/surveys/engine"
)

// tracer notes the statements that its connections are handed.
type tracer struct {
	mu         sync.Mutex
	statements []string
}

func (d *tracer) note(query string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.statements = append(d.statements, query)
}

// take gives the statements since the last take.
func (d *tracer) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.statements
	d.statements = nil
	return list
}

type tracedConn struct {
	driver.Conn
	d *tracer
}

func (c tracedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.d.note(query)
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c tracedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.d.note(query)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c tracedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.d.note(query)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

// SQLitePlans calls each hot call on a store of its own, which fill fills, and
// explains every query that it made: each must be served by the index that is
// named, and neither walk through a table nor sort, but where the list says why.
func SQLitePlans[S any](t *testing.T, steps []engine.SQLiteStep, open func(*engine.SQLite) S, fill func(ctx context.Context, s S) error, hot []Hot[S]) {
	for _, h := range hot {
		t.Run(h.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
			defer cancel()
			file := filepath.Join(t.TempDir(), "waymark.db")
			plain, err := engine.OpenSQLite(ctx, file, engine.SQLiteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = plain.Close() }()
			if err := plain.Migrate(ctx, steps); err != nil {
				t.Fatal(err)
			}
			if err := fill(ctx, open(plain)); err != nil {
				t.Fatalf("filling the store: %v", err)
			}
			var d tracer
			e, err := engine.OpenSQLite(ctx, file, engine.SQLiteOptions{Wrap: func(c driver.Conn) driver.Conn { return tracedConn{c, &d} }})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = e.Close() }()
			d.take()
			if err := h.Call(ctx, open(e)); err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, q := range d.take() {
				if !queries(q) {
					continue
				}
				if n++; n > len(h.SQLite) {
					t.Errorf("a query that the list does not know: %s", q)
					continue
				}
				for _, f := range planFaults(explain(t, plain.Read, q), h.SQLite[n-1], h.Sorts, h.Scans) {
					t.Errorf("%s: %s", q, f)
				}
			}
			if n < len(h.SQLite) {
				t.Errorf("%d queries, %d are listed", n, len(h.SQLite))
			}
		})
	}
}

func planFaults(plan, want, sorts, scans string) (faults []string) {
	for _, part := range strings.Split(want, "; ") {
		if !strings.Contains(plan, " "+part) {
			faults = append(faults, "the plan is "+plan+", not "+part)
		}
	}
	if strings.Contains(plan, "SCAN ") && scans == "" {
		faults = append(faults, "it walks through a table: "+plan)
	}
	if strings.Contains(plan, "TEMP B-TREE") && sorts == "" {
		faults = append(faults, "it sorts: "+plan)
	}
	return faults
}

// queries reports a statement that looks for rows.
func queries(statement string) bool {
	switch word, _, _ := strings.Cut(strings.TrimSpace(statement), " "); word {
	case "SELECT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

func explain(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN "+query, make([]any, 40)...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		// What a sub-query gave is walked through, not a table.
		if !strings.HasPrefix(detail, "SCAN (") && !strings.HasPrefix(detail, "SCAN CONSTANT") {
			plan = append(plan, detail)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "; ")
}
