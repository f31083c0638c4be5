package sqlite

import (
	"testing"

	"waymark/surveys/engine/enginetest"
)

// The index says what is short, and SQLite goes to the row only for what is not.
func TestFactsAreReadFromTheIndexAlone(t *testing.T) {
	db := enginetest.SQLite(t, Steps)
	s := New(db)
	fill(t, s, 3)
	for _, where := range []string{inTime, inRange} {
		args := []any{"w", "srv_a", 0, 99, 9}
		if where == inRange {
			args = []any{"w", "srv_a", 0, "", 99, "", 9}
		}
		rows, err := db.Read.Query("EXPLAIN "+factsOf+where+inOrder, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		table, fromRow, deferred := int64(-1), 0, false
		for rows.Next() {
			var addr, p1, p2, p3, p5 int64
			var op string
			var p4, comment any
			if err := rows.Scan(&addr, &op, &p1, &p2, &p3, &p4, &p5, &comment); err != nil {
				t.Fatal(err)
			}
			switch {
			case op == "OpenRead" && table < 0:
				table = p1 // it is opened before its index
			case op == "DeferredSeek":
				deferred = true
			case op == "Column" && p1 == table:
				fromRow++ // answers, properties: each in a branch of its own
			}
		}
		if !deferred || fromRow != 2 {
			t.Errorf("%s: the seek is deferred: %v; %d columns come from the row, want 2", where, deferred, fromRow)
		}
	}
}
