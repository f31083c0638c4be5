package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/valyala/fastjson"

	"waymark/responses"
	"waymark/responses/quota"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Store implements responses.Store.
type Store struct {
	db  *engine.SQLite
	one *engine.Statement // the look-up of every hand-in
}

// New gives the store in db.
func New(db *engine.SQLite) *Store { return &Store{db, db.Statement(selectOne)} }

// more is what no query looks at.
type more struct {
	SenderID   string          `json:"sender_id,omitempty"`
	Digest     string          `json:"digest,omitempty"`
	Calculated json.RawMessage `json:"calculated,omitempty"`
	Language   string          `json:"language,omitempty"`
	Via        responses.Via   `json:"via"`
	Touchpoint string          `json:"touchpoint,omitempty"`

	// Since version 5.
	Step        int64           `json:"step,omitempty"`
	CompletedAt int64           `json:"completed_at,omitempty"`
	Pending     json.RawMessage `json:"pending,omitempty"`
	Caps        []quota.Cap     `json:"caps,omitempty"`
	Reviewed    bool            `json:"reviewed,omitempty"`
}

var parsers fastjson.ParserPool

// writeMore writes what readMore reads. JSON within it comes back to the byte.
func writeMore(r *responses.Response) ([]byte, error) {
	m := more{r.SenderID, r.Digest, r.Calculated, r.Language, r.Via, r.Touchpoint, r.Step, r.CompletedAt.Milli(), r.Pending, r.Caps, r.Reviewed}
	const changed = "<>&\u2028\u2029" // by json.Marshal, which is the quicker one
	if !bytes.ContainsAny(r.Calculated, changed) && !bytes.ContainsAny(r.Pending, changed) {
		return json.Marshal(m)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(m)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// readMore reads what writeMore wrote. encoding/json took a third of an export's time.
func readMore(b []byte, r *responses.Response) error {
	p := parsers.Get()
	defer parsers.Put(p)
	v, err := p.ParseBytes(b)
	if err != nil {
		return err
	}
	text := func(keys ...string) string { return string(v.GetStringBytes(keys...)) }
	r.SenderID, r.Digest, r.Language = text("sender_id"), text("digest"), text("language")
	r.Touchpoint = text("touchpoint")
	r.Via = responses.Via{Channel: text("via", "channel"), Link: text("via", "link"), Origin: text("via", "origin"), URL: text("via", "url")}
	if c := v.Get("calculated"); c != nil && c.Type() != fastjson.TypeNull {
		r.Calculated = c.MarshalTo(nil)
	}
	r.Step, r.CompletedAt, r.Reviewed = v.GetInt64("step"), when.Milli(v.GetInt64("completed_at")), v.GetBool("reviewed")
	if c := v.Get("pending"); c != nil {
		r.Pending = c.MarshalTo(nil)
	}
	for _, c := range v.GetArray("caps") {
		r.Caps = append(r.Caps, quota.Cap{Key: string(c.GetStringBytes("k")), Limit: c.GetInt("l")})
	}
	return nil
}

const columns = "rev, seq, survey, version, status, occurred_at, received_at, answers, properties, respondent, more, marks, marked_at, map, stage"

func values(ws ident.Workspace, r *responses.Response) ([]any, error) {
	var properties, rest, marks []byte
	var markedAt any
	var err error
	if len(r.Properties) > 0 {
		if properties, err = json.Marshal(r.Properties); err != nil {
			return nil, fmt.Errorf("writing properties: %w", err)
		}
	}
	if r.Status != responses.Erased {
		if rest, err = writeMore(r); err != nil {
			return nil, fmt.Errorf("writing a response: %w", err)
		}
	}
	if len(r.Marks) > 0 {
		if marks, err = json.Marshal(r.Marks); err != nil {
			return nil, fmt.Errorf("writing marks: %w", err)
		}
		markedAt = r.MarkedAt.Milli()
	}
	return []any{r.Rev, r.Seq, r.Survey, r.Version, string(r.Status), r.OccurredAt.Milli(), r.ReceivedAt.Milli(), []byte(r.Answers), properties, r.Respondent, rest,
		marks, markedAt, r.Map, r.Stage, string(ws), r.ID}, nil
}

func scan(row interface{ Scan(...any) error }) (responses.Response, error) {
	var r responses.Response
	var occurred, received int64
	var answers, properties, rest, marks []byte
	var markedAt sql.NullInt64
	if err := row.Scan(&r.Rev, &r.Seq, &r.Survey, &r.Version, &r.Status, &occurred, &received, &answers, &properties, &r.Respondent, &rest, &marks, &markedAt, &r.Map, &r.Stage, &r.ID); err != nil {
		return r, err
	}
	r.OccurredAt, r.ReceivedAt, r.Answers = when.Milli(occurred), when.Milli(received), answers
	if len(properties) > 0 {
		var err error
		if r.Properties, err = responses.ParseProperties(properties); err != nil {
			return r, fmt.Errorf("reading properties: %w", err)
		}
	}
	if rest != nil {
		if err := readMore(rest, &r); err != nil {
			return r, fmt.Errorf("reading a response: %w", err)
		}
	}
	if marks != nil {
		if err := json.Unmarshal(marks, &r.Marks); err != nil {
			return r, fmt.Errorf("reading marks: %w", err)
		}
		r.MarkedAt = when.Milli(markedAt.Int64)
	}
	return r, nil
}

const (
	selectMany = "SELECT " + columns + ", id FROM responses WHERE "
	selectOne  = "SELECT " + columns + ", id FROM responses WHERE ws = ? AND id = ?"
	insertOne  = "INSERT INTO responses (" + columns + ", ws, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)

// InsertMany implements responses.Store.
func (s *Store) InsertMany(ctx context.Context, ws ident.Workspace, rs []responses.Response) ([]responses.Outcome, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	rows := make([][]any, len(rs))
	for i := range rs {
		args, err := values(ws, &rs[i])
		if err != nil {
			return nil, err
		}
		rows[i] = args
	}
	// One statement is undone by itself when it fails; several need a savepoint.
	write := s.db.Write
	if len(rs) == 1 {
		write = s.db.WriteOne
	}
	var out []responses.Outcome
	err := write(ctx, func(tx *engine.Tx) error {
		out = make([]responses.Outcome, len(rs))
		for i, args := range rows {
			n, err := tx.Exec(insertOne, args...)
			if err != nil {
				return err
			}
			if n == 0 {
				old, err := scan(tx.QueryRow(selectOne, string(ws), rs[i].ID))
				if err != nil {
					return err
				}
				out[i].Existing = &old
			}
		}
		return nil
	})
	if err != nil {
		return nil, wrap("storing responses", err) // out may still be written to: the outcome is unknown
	}
	return out, nil
}

func wrap(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.NotFoundError()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, engine.SQLiteFault(err))
	}
	return nil
}

// Get implements responses.Store.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (responses.Response, error) {
	if err := ws.Check(); err != nil {
		return responses.Response{}, err
	}
	var r responses.Response
	err := s.one.Scan(ctx, func(row *sql.Row) (err error) { r, err = scan(row); return err }, string(ws), id)
	return r, wrap("reading a response", err)
}

// Replace implements responses.Store.
func (s *Store) Replace(ctx context.Context, ws ident.Workspace, r responses.Response, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	args, err := values(ws, &r)
	if err != nil {
		return err
	}
	n, err := s.db.Exec(ctx, "UPDATE responses SET "+strings.ReplaceAll(columns, ",", " = ?,")+" = ? WHERE ws = ? AND id = ? AND rev = ?", append(args[:len(args):len(args)], rev)...)
	if err != nil {
		return wrap("replacing a response", err)
	}
	if n == 0 {
		if _, err := s.Get(ctx, ws, r.ID); err != nil {
			return err
		}
		return fault.New(fault.Stale, "stale", "The response was changed meanwhile.")
	}
	return nil
}

// conditions gives what the columns alone can decide of a filter.
func conditions(ws ident.Workspace, f responses.Filter) (string, []any) {
	where, args := "ws = ? AND status <> 'erased'", []any{string(ws)}
	and := func(cond string, vs ...any) { where += " AND " + cond; args = append(args, vs...) }
	if f.Survey != "" {
		and("survey = ?", f.Survey)
	}
	if f.Map != "" {
		and("map = ?", f.Map)
	}
	if f.Stage != "" {
		and("stage = ?", f.Stage)
	}
	if f.Status != "" {
		and("status = ?", string(f.Status))
	}
	if f.Respondent != "" {
		and("respondent <> '' AND respondent = ?", f.Respondent)
	}
	if f.From != nil {
		and("occurred_at >= ?", f.From.Milli())
	}
	if f.To != nil {
		and("occurred_at < ?", f.To.Milli())
	}
	return where, args
}

func listWhere(ws ident.Workspace, f responses.Filter, p ident.Page) (string, []any) {
	where, args := conditions(ws, f)
	if !p.Cursor.Zero() {
		where += " AND (seq, id) < (?, ?)"
		args = append(args, p.Cursor.Seq, p.Cursor.ID)
	}
	return where + " ORDER BY seq DESC, id DESC", args
}

// eachWhere asks for what comes after a place, in the order of time.
func eachWhere(ws ident.Workspace, f responses.Filter, after responses.Key) (string, []any) {
	where, args := conditions(ws, f)
	return where + " AND (occurred_at, id) > (?, ?) ORDER BY occurred_at, id LIMIT ?", append(args, after.At, after.ID, eachRows)
}

// List implements responses.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, f responses.Filter, p ident.Page) ([]responses.Response, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	where, args := listWhere(ws, f, p)
	var out []responses.Response
	err := s.each(ctx, where, args, func(r responses.Response) error {
		if !f.MatchesContent(r) {
			return nil
		}
		if out = append(out, r); len(out) > p.Limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, ident.Cursor{}, err
	}
	page, next := ident.Cut(out, p, func(r responses.Response) ident.Cursor { return ident.Cursor{Seq: r.Seq, ID: r.ID} })
	return page, next, nil
}

var errEnough = errors.New("enough")

// Bounds of what Each reads at once.
const (
	eachRows  = 500
	eachBytes = 1 << 20
)

// Each implements responses.Store. It reads in parts and hands each on when
// its connection is given back: a reader who takes an hour would keep it from
// others, and the write-ahead log from being reused, for as long.
func (s *Store) Each(ctx context.Context, ws ident.Workspace, f responses.Filter, fn func(responses.Response) error) error {
	if err := ws.Check(); err != nil {
		return err
	}
	var part []responses.Response
	for after := (responses.Key{At: math.MinInt64}); ; {
		where, args := eachWhere(ws, f, after)
		part = part[:0]
		rows, size := 0, 0
		err := s.each(ctx, where, args, func(r responses.Response) error {
			after = responses.Key{At: r.OccurredAt.Milli(), ID: r.ID}
			rows, size = rows+1, size+len(r.Answers)
			if f.MatchesContent(r) {
				part = append(part, r)
			}
			if size >= eachBytes {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		for _, r := range part {
			if err := fn(r); err != nil {
				return err
			}
		}
		if err == nil && rows < eachRows {
			return nil
		}
	}
}

func (s *Store) each(ctx context.Context, where string, args []any, fn func(responses.Response) error) error {
	rows, err := s.db.Scan.QueryContext(ctx, selectMany+where, args...)
	if err != nil {
		return wrap("listing responses", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return wrap("listing responses", err)
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return wrap("listing responses", rows.Err())
}

// Count implements responses.Store.
func (s *Store) Count(ctx context.Context, ws ident.Workspace, survey string) (n int64, err error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	err = s.db.Read.QueryRowContext(ctx, "SELECT count(*) FROM responses WHERE ws = ? AND survey = ? AND status <> 'erased'", string(ws), survey).Scan(&n)
	return n, wrap("counting responses", err)
}
