package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"waymark/responses"
	"waymark/surveys/engine"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// The hot queries; storetest names the index that must serve each.
const (
	// A plain span of time is compared in half the time of a span of places.
	inTime  = "ws = ? AND survey = ? AND occurred_at >= ? AND occurred_at < ? AND status IN ('counted', 'suspect')"
	inRange = "ws = ? AND survey = ? AND (occurred_at, id) >= (?, ?) AND (occurred_at, id) < (?, ?) AND status IN ('counted', 'suspect')"

	// The row is read only where the index says 0 instead of what is too long for it.
	factsOf  = "SELECT id, version, status = 'counted', occurred_at, iif(short_answers = 0, answers, short_answers), iif(short_properties = 0, properties, short_properties) FROM responses WHERE "
	inOrder  = " ORDER BY occurred_at, id LIMIT ?"
	countOf  = "SELECT count(*) FROM (SELECT 1 FROM responses WHERE "
	countEnd = " LIMIT ?)"

	marksQuery = "SELECT id, rev, marks, marked_at FROM responses WHERE ws = ? AND survey = ? AND marked_at IS NOT NULL ORDER BY marked_at LIMIT ?"
	clearQuery = "UPDATE responses SET marks = NULL, marked_at = NULL WHERE ws = ? AND id = ? AND rev = ?"
	emptyQuery = "UPDATE responses SET seq = 0, version = 0, occurred_at = 0, received_at = 0 WHERE ws = ? AND id = ? AND rev = ? AND status = 'erased'"
	dueQuery   = "SELECT ws, survey FROM responses WHERE marked_at IS NOT NULL AND (ws, survey) > (?, ?) ORDER BY ws, survey LIMIT 1"
	sinceQuery = "SELECT min(marked_at) FROM responses WHERE ws = ? AND survey = ? AND marked_at IS NOT NULL"
)

// Facts implements responses.Store.
func (s *Store) Facts(ctx context.Context, ws ident.Workspace, survey string, from, to responses.Key, limit int, fn func(*responses.Fact) error) error {
	if err := ws.Check(); err != nil {
		return err
	}
	if limit <= 0 {
		limit = -1
	}
	where, args := place(ws, survey, from, to)
	rows, err := s.db.Scan.QueryContext(ctx, factsOf+where+inOrder, append(args, limit)...)
	if err != nil {
		return wrap("reading facts", err)
	}
	defer rows.Close()
	var f responses.Fact
	var id, answers, properties sql.RawBytes
	var at int64
	var counted bool
	known := seen{}
	for rows.Next() {
		if err := rows.Scan(&id, &f.Version, &counted, &at, &answers, &properties); err != nil {
			return wrap("reading facts", err)
		}
		f.ID, f.OccurredAt, f.Answers, f.Status = string(id), when.Milli(at), json.RawMessage(answers), responses.Suspect
		if counted {
			f.Status = responses.Counted
		}
		if f.Properties, err = known.parse(properties); err != nil {
			return fmt.Errorf("reading properties of %s: %w", f.ID, err)
		}
		if err := fn(&f); err != nil {
			return err
		}
	}
	return wrap("reading facts", rows.Err())
}

// place asks for a survey's responses in [from, to).
func place(ws ident.Workspace, survey string, from, to responses.Key) (string, []any) {
	if from.ID == "" && to.ID == "" {
		return inTime, []any{string(ws), survey, from.At, to.At}
	}
	return inRange, []any{string(ws), survey, from.At, from.ID, to.At, to.ID}
}

// seen keeps properties as they were read: many responses have the same ones.
type seen map[string]map[string]string

const maxSeen = 1000

func (s seen) parse(b []byte) (map[string]string, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if m, ok := s[string(b)]; ok {
		return m, nil
	}
	m, err := responses.ParseProperties(b)
	if err == nil && len(s) < maxSeen {
		s[string(b)] = m
	}
	return m, err
}

// CountFacts implements responses.Store.
func (s *Store) CountFacts(ctx context.Context, ws ident.Workspace, survey string, from, to responses.Key, limit int) (n int, err error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	where, args := place(ws, survey, from, to)
	err = s.db.Read.QueryRowContext(ctx, countOf+where+countEnd, append(args, limit)...).Scan(&n)
	return n, wrap("counting facts", err)
}

// Marks implements responses.Store.
func (s *Store) Marks(ctx context.Context, ws ident.Workspace, survey string, limit int) ([]responses.Mark, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, marksQuery, string(ws), survey, limit)
	if err != nil {
		return nil, wrap("reading marks", err)
	}
	defer rows.Close()
	var out []responses.Mark
	for rows.Next() {
		var m responses.Mark
		var at sql.RawBytes
		var since int64
		if err := rows.Scan(&m.ID, &m.Rev, &at, &since); err != nil {
			return nil, wrap("reading marks", err)
		}
		m.Since = when.Milli(since)
		if err := json.Unmarshal(at, &m.At); err != nil {
			return nil, fmt.Errorf("reading the marks of %s: %w", m.ID, err)
		}
		out = append(out, m)
	}
	return out, wrap("reading marks", rows.Err())
}

// clearGroup bounds how long one write keeps the writer from others.
const clearGroup = 500

// Clear implements responses.Store.
func (s *Store) Clear(ctx context.Context, ws ident.Workspace, survey string, ms []responses.Mark) error {
	if err := ws.Check(); err != nil {
		return err
	}
	for len(ms) > 0 {
		group := ms[:min(len(ms), clearGroup)]
		ms = ms[len(group):]
		err := s.db.Write(ctx, func(tx *engine.Tx) error {
			for _, m := range group {
				if _, err := tx.Exec(clearQuery, string(ws), m.ID, m.Rev); err != nil {
					return err
				}
				if _, err := tx.Exec(emptyQuery, string(ws), m.ID, m.Rev); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return wrap("clearing marks", err)
		}
	}
	return nil
}

// Due implements responses.Store.
func (s *Store) Due(ctx context.Context, limit int) ([]ident.Ref, when.Time, error) {
	// A loose scan of the partial index: one step per survey, however many marks it has.
	var refs []ident.Ref
	var oldest when.Time
	var ws, survey string
	for len(refs) < limit {
		err := s.db.Read.QueryRowContext(ctx, dueQuery, ws, survey).Scan(&ws, &survey)
		if err == sql.ErrNoRows {
			break
		}
		if err != nil {
			return nil, when.Time{}, wrap("asking what is due", err)
		}
		var first sql.NullInt64
		if err := s.db.Read.QueryRowContext(ctx, sinceQuery, ws, survey).Scan(&first); err != nil {
			return nil, when.Time{}, wrap("asking what is due", err)
		}
		if !first.Valid {
			continue // rolled up between the two looks
		}
		if t := when.Milli(first.Int64); len(refs) == 0 || t.Before(oldest) {
			oldest = t
		}
		refs = append(refs, ident.Ref{Workspace: ident.Workspace(ws), ID: survey})
	}
	return refs, oldest, nil
}
