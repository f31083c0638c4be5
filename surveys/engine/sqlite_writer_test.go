package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
)

var things = []engine.SQLiteStep{{Version: 1, Domain: "test", SQL: "CREATE TABLE thing (id TEXT PRIMARY KEY, v BLOB)"}}

func insert(id string) func(*engine.Tx) error {
	return func(tx *engine.Tx) error {
		_, err := tx.Exec("INSERT INTO thing (id) VALUES (?)", id)
		return err
	}
}

func ids(t *testing.T, e *engine.SQLite) string {
	t.Helper()
	rows, err := e.Read.Query("SELECT id FROM thing ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// together holds the writer until all the writes wait, so that they share one
// group, and gives their errors.
func together(t *testing.T, e *engine.SQLite, writes ...func() error) []error {
	t.Helper()
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var once sync.Once
		if err := e.Write(context.Background(), func(*engine.Tx) error { once.Do(func() { close(held) }); <-hold; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-held
	errs := make([]error, len(writes))
	for i, w := range writes {
		wg.Go(func() { errs[i] = w() })
		for end := time.Now().Add(5 * time.Second); e.Stats().Waiting <= int64(i); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("a write does not wait")
			}
		}
	}
	close(hold)
	wg.Wait()
	return errs
}

func TestAFailingWriteUndoesItselfAndNoOtherOfItsGroup(t *testing.T) {
	e, ctx := enginetest.SQLite(t, things), context.Background()
	before := e.Stats()
	mine := errors.New("mine")
	errs := together(t, e,
		func() error { return e.Write(ctx, insert("a")) },
		func() error { // fails after two statements
			return e.Write(ctx, func(tx *engine.Tx) error {
				if err := errors.Join(insert("b1")(tx), insert("b2")(tx)); err != nil {
					return err
				}
				return mine
			})
		},
		func() error { return e.WriteOne(ctx, insert("c")) },
		func() error { return e.WriteOne(ctx, insert("a")) }, // a duplicate of its own group
		func() error { // panics after a statement
			return e.Write(ctx, func(tx *engine.Tx) error {
				if err := insert("d")(tx); err != nil {
					return err
				}
				panic("boom")
			})
		},
		func() error { return e.Write(ctx, insert("e")) },
	)
	for i, ok := range []bool{true, false, true, false, false, true} {
		if (errs[i] == nil) != ok {
			t.Errorf("write %d answered %v", i, errs[i])
		}
	}
	if !errors.Is(errs[1], mine) || !engine.SQLiteDuplicate(errs[3]) || !strings.Contains(fmt.Sprint(errs[4]), "boom") {
		t.Errorf("the errors are %v", errs)
	}
	if got := ids(t, e); got != "a c e" {
		t.Errorf("stored are %q", got)
	}
	after := e.Stats()
	if n := after.Commits - before.Commits; n != 2 {
		t.Errorf("%d commits for the holder and one group", n)
	}
	if n := after.Writes - before.Writes; n != 4 || after.Largest != 3 {
		t.Errorf("%d writes counted, the largest group %d", n, after.Largest)
	}
}

func TestAWriteIsVisibleToEveryReaderWhenItReturns(t *testing.T) {
	e, ctx := enginetest.SQLite(t, things), context.Background()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 50 {
				id := fmt.Sprintf("%d-%d", w, i)
				if err := e.WriteOne(ctx, insert(id)); err != nil {
					t.Error(err)
					return
				}
				var n int
				if err := e.Read.QueryRow("SELECT count(*) FROM thing WHERE id = ?", id).Scan(&n); err != nil || n != 1 {
					t.Errorf("%s was acknowledged and is not there: %d, %v", id, n, err)
				}
			}
		})
	}
	wg.Wait()
	if s := e.Stats(); s.Writes < 400 || s.Commits > s.Writes {
		t.Errorf("stats are %+v", s)
	}
}

func TestAnAcknowledgedWriteIsSyncedInTheJournalsMode(t *testing.T) {
	e := enginetest.SQLite(t, things)
	var mode string
	var full, secure int
	err := e.Write(context.Background(), func(tx *engine.Tx) error {
		return errors.Join(tx.QueryRow("PRAGMA journal_mode").Scan(&mode), tx.QueryRow("PRAGMA synchronous").Scan(&full),
			tx.QueryRow("PRAGMA secure_delete").Scan(&secure))
	})
	if err != nil || mode != "wal" || full != 2 || secure != 1 {
		t.Errorf("journal_mode %s, synchronous %d, secure_delete %d, %v", mode, full, secure, err)
	}
}

func TestAWriteWhoseContextEndsBeforeItsTurnStoresNothing(t *testing.T) {
	e := enginetest.SQLite(t, things)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Write(ended, insert("early")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	waiting, stop := context.WithCancel(context.Background())
	errs := together(t, e,
		func() error { return e.Write(waiting, insert("waiting")) },
		func() error { stop(); return e.Write(context.Background(), insert("other")) })
	if !errors.Is(errs[0], context.Canceled) || errs[1] != nil {
		t.Errorf("got %v", errs)
	}
	if got := ids(t, e); got != "other" {
		t.Errorf("stored are %q", got)
	}
}

func TestACloseWritesWhatWasAcceptedAndRefusesTheRest(t *testing.T) {
	e := enginetest.SQLite(t, things)
	path, ctx := e.Path(), context.Background()
	var wg sync.WaitGroup
	acknowledged := make([]bool, 64)
	for i := range acknowledged {
		wg.Go(func() {
			err := e.Write(ctx, insert(fmt.Sprintf("%02d", i)))
			acknowledged[i] = err == nil
			if err != nil && !fault.Is(engine.SQLiteFault(err), fault.Unavailable) {
				t.Errorf("refused with %v", err)
			}
		})
		if i == 32 {
			wg.Go(func() {
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if err := e.Write(ctx, insert("late")); !fault.Is(engine.SQLiteFault(err), fault.Unavailable) {
		t.Errorf("a closed store answers %v", err)
	}
	again, err := engine.OpenSQLite(ctx, path, engine.SQLiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	stored := " " + ids(t, again) + " "
	for i, ok := range acknowledged {
		if there := strings.Contains(stored, fmt.Sprintf(" %02d ", i)); there != ok {
			t.Errorf("write %d was acknowledged: %t, is there: %t", i, ok, there)
		}
	}
}

func TestAttack60AFullDiskIsToldAndLeftAgain(t *testing.T) {
	e, ctx := enginetest.SQLite(t, things), context.Background()
	limit := func(n int) {
		t.Helper()
		err := e.Write(ctx, func(tx *engine.Tx) error {
			var got int
			return tx.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", n)).Scan(&got)
		})
		if err != nil && n != 1 { // within a group that fails it fails with it
			t.Error(err)
		}
	}
	if err := e.Write(ctx, insert("before")); err != nil {
		t.Fatal(err)
	}
	limit(1) // SQLite raises it to the present size
	big := func(id string) error {
		return e.Write(ctx, func(tx *engine.Tx) error {
			_, err := tx.Exec("INSERT INTO thing (id, v) VALUES (?, zeroblob(1000000))", id)
			return err
		})
	}
	var f *fault.Error
	if err := engine.SQLiteFault(big("big")); !errors.As(err, &f) || f.Slug != "store-full" || f.Kind != fault.Unavailable {
		t.Errorf("a full disk answers %v", err)
	}
	// The neighbours of a write that fills the disk are told the truth, too.
	errs := together(t, e,
		func() error { limit(1); return nil },
		func() error { return e.Write(ctx, insert("small")) },
		func() error { return big("big") })
	if errs[2] == nil {
		t.Error("a full disk took a megabyte")
	}
	if small := strings.Contains(ids(t, e), "small"); small != (errs[1] == nil) {
		t.Errorf("its neighbour was answered %v and is stored: %t", errs[1], small)
	}
	limit(1_000_000)
	if err := big("after"); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if got := ids(t, e); !strings.Contains(got, "after") || !strings.Contains(got, "before") {
		t.Errorf("stored are %q", got)
	}
}

func TestAttack60AReadOnlyStoreIsToldAndLeftAgainWithoutARestart(t *testing.T) {
	e, ctx := enginetest.SQLite(t, things), context.Background()
	if err := e.Write(ctx, insert("before")); err != nil {
		t.Fatal(err)
	}
	readOnly := func() {
		t.Helper()
		if err := e.Write(ctx, func(tx *engine.Tx) error { _, err := tx.Exec("PRAGMA query_only = ON"); return err }); err != nil {
			t.Fatal(err)
		}
	}
	readOnly()
	var f *fault.Error
	if err := engine.SQLiteFault(e.Write(ctx, insert("x"))); !errors.As(err, &f) || f.Slug != "store-read-only" {
		t.Errorf("got %v", err)
	}
	if got := ids(t, e); got != "before" {
		t.Errorf("stored are %q", got)
	}
	// The connection that failed is not used again, so the store recovers by itself.
	if err := e.Ping(ctx); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	readOnly()
	if err := e.Ping(ctx); err == nil {
		t.Error("a store that cannot be written calls itself ready")
	}
}

// A write that was given up may still be under way: what it writes down is not
// looked at any more, which the race detector sees.
func TestWhoGaveUpLearnsNothingOfWhatIsStillWritten(t *testing.T) {
	e := enginetest.SQLite(t, things)
	for i := range 200 {
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { time.Sleep(time.Duration(i%20) * 20 * time.Microsecond); cancel() })
		n, err := e.Exec(ctx, "INSERT INTO thing (id) VALUES (?)", fmt.Sprint(i))
		if (err == nil) != (n == 1) {
			t.Errorf("%d rows and %v", n, err)
		}
		wg.Wait()
	}
}
