package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"waymark/responses/quota"
	"waymark/surveys/engine"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Steps make the table. since is NULL on a slot that is sure, holder on one
// that is free: NULLs are all different to the unique index.
var Steps = []engine.SQLiteStep{{Version: 5, Domain: "quota", SQL: `
CREATE TABLE quota_slots (ws TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, holder TEXT, free INTEGER NOT NULL, since INTEGER, stamp INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX quota_slots_number ON quota_slots (ws, key, n);
CREATE UNIQUE INDEX quota_slots_holder ON quota_slots (ws, holder, key);
CREATE INDEX quota_slots_free ON quota_slots (ws, key, free, n);
CREATE INDEX quota_slots_unsure ON quota_slots (ws, key, since) WHERE since IS NOT NULL;
`}}

// Store implements quota.Store.
type Store struct{ db *engine.SQLite }

// New gives the store in db.
func New(db *engine.SQLite) *Store { return &Store{db} }

var _ quota.Store = (*Store)(nil)

const (
	heldQuery  = "UPDATE quota_slots SET stamp = ?, since = iif(since IS NULL, NULL, ?) WHERE ws = ? AND holder = ? AND key = ?"
	reuseQuery = `UPDATE quota_slots SET holder = ?, free = 0, since = ?, stamp = ? WHERE ws = ? AND key = ? AND
		n = (SELECT n FROM quota_slots WHERE ws = ? AND key = ? AND free = 1 AND n < ? ORDER BY n LIMIT 1)`
	freeQuery = "UPDATE quota_slots SET holder = NULL, free = 1, since = NULL WHERE ws = ? AND holder = ? AND key = ? AND stamp = ?"
	lastQuery = "SELECT n FROM quota_slots WHERE ws = ? AND key = ? ORDER BY n DESC LIMIT 1"
	newQuery  = "INSERT INTO quota_slots (ws, key, n, holder, free, since, stamp) VALUES (?, ?, ?, ?, 0, ?, ?)"
)

// Take implements quota.Store. Its statements are one transaction of the one
// writer.
func (s *Store) Take(ctx context.Context, ws ident.Workspace, c quota.Cap, holder string, since when.Time, stamp int64) (held, fresh bool, err error) {
	if err := ws.Check(); err != nil {
		return false, false, err
	}
	var is, isNew bool // ctx may end while the writer still works on it
	err = s.db.Write(ctx, func(tx *engine.Tx) error {
		is, isNew = false, false
		n, err := tx.Exec(heldQuery, stamp, since.Milli(), string(ws), holder, c.Key)
		if err != nil || n == 1 {
			is = n == 1
			return err
		}
		n, err = tx.Exec(reuseQuery, holder, since.Milli(), stamp, string(ws), c.Key, string(ws), c.Key, c.Limit)
		if err != nil || n == 1 {
			is, isNew = n == 1, n == 1
			return err
		}
		next := 0
		switch err := tx.QueryRow(lastQuery, string(ws), c.Key).Scan(&next); {
		case err == nil:
			next++
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if next >= c.Limit {
			return nil
		}
		_, err = tx.Exec(newQuery, string(ws), c.Key, next, holder, since.Milli(), stamp)
		is, isNew = err == nil, err == nil
		return err
	})
	if err != nil {
		return false, false, wrap("taking a slot", err)
	}
	return is, isNew, nil
}

// of gives the condition for the holder's slots of the keys, nil for all.
func of(ws ident.Workspace, holder string, keys []string) (string, []any) {
	where, args := " WHERE ws = ? AND holder = ?", []any{string(ws), holder}
	if keys != nil {
		where += " AND key IN (?" + strings.Repeat(", ?", len(keys)-1) + ")"
		for _, k := range keys {
			args = append(args, k)
		}
	}
	return where, args
}

func (s *Store) change(ctx context.Context, ws ident.Workspace, what, set string, value []any, holder string, keys []string) error {
	if err := ws.Check(); err != nil {
		return err
	}
	if keys != nil && len(keys) == 0 {
		return nil
	}
	where, args := of(ws, holder, keys)
	_, err := s.db.Exec(ctx, "UPDATE quota_slots SET "+set+where, append(value[:len(value):len(value)], args...)...)
	return wrap(what, err)
}

// Sure implements quota.Store.
func (s *Store) Sure(ctx context.Context, ws ident.Workspace, holder string, keys []string) error {
	if keys == nil {
		keys = []string{}
	}
	return s.change(ctx, ws, "keeping slots", "since = NULL", nil, holder, keys)
}

// Doubt implements quota.Store.
func (s *Store) Doubt(ctx context.Context, ws ident.Workspace, holder string, since when.Time) error {
	return s.change(ctx, ws, "doubting slots", "since = ?", []any{since.Milli()}, holder, nil)
}

// Free implements quota.Store.
func (s *Store) Free(ctx context.Context, ws ident.Workspace, holder string, held quota.Held) error {
	if err := ws.Check(); err != nil {
		return err
	}
	if len(held) == 0 {
		return nil
	}
	return wrap("freeing slots", s.db.Write(ctx, func(tx *engine.Tx) error {
		for key, stamp := range held {
			if _, err := tx.Exec(freeQuery, string(ws), holder, key, stamp); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Held implements quota.Store.
func (s *Store) Held(ctx context.Context, ws ident.Workspace, holder string, keys []string) (quota.Held, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	held := quota.Held{}
	if keys != nil && len(keys) == 0 {
		return held, nil
	}
	where, args := of(ws, holder, keys)
	rows, err := s.db.Read.QueryContext(ctx, "SELECT key, stamp FROM quota_slots"+where, args...)
	if err != nil {
		return nil, wrap("reading slots", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var stamp int64
		if err := rows.Scan(&key, &stamp); err != nil {
			return nil, wrap("reading slots", err)
		}
		held[key] = stamp
	}
	return held, wrap("reading slots", rows.Err())
}

// Doubtful implements quota.Store.
func (s *Store) Doubtful(ctx context.Context, ws ident.Workspace, key string, before when.Time, limit int) (slots []quota.Slot, err error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT holder, stamp FROM quota_slots WHERE ws = ? AND key = ? AND since < ? ORDER BY since LIMIT ?", string(ws), key, before.Milli(), limit)
	if err != nil {
		return nil, wrap("looking for doubtful slots", err)
	}
	defer rows.Close()
	for rows.Next() {
		var sl quota.Slot
		if err := rows.Scan(&sl.Holder, &sl.Stamp); err != nil {
			return nil, wrap("looking for doubtful slots", err)
		}
		slots = append(slots, sl)
	}
	return slots, wrap("looking for doubtful slots", rows.Err())
}

// Count implements quota.Store.
func (s *Store) Count(ctx context.Context, ws ident.Workspace, key string, most int) (n int, err error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	err = s.db.Read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM quota_slots WHERE ws = ? AND key = ? AND free = 0 LIMIT ?)", string(ws), key, most).Scan(&n)
	return n, wrap("counting slots", err)
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, engine.SQLiteFault(err))
	}
	return nil
}
