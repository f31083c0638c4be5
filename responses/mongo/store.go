package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/responses"
	"waymark/responses/quota"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const collection = "responses"

func asc(names ...string) bson.D {
	d := bson.D{}
	for _, n := range names {
		d = append(d, bson.E{Key: n, Value: 1})
	}
	return d
}

// Steps are the indexes. Version 2 serves the lists of a map and of a stage,
// which looked through the whole workspace before.
var Steps = []engine.MongoStep{
	{Version: 1, Domain: "responses", Collection: collection, Indexes: []engine.MongoIndex{
		{Name: "workspace_survey_occurred", Keys: asc("workspace", "survey", "occurred_at", "id")},
		{Name: "workspace_seq", Keys: asc("workspace", "seq", "id")},
		{Name: "workspace_survey_seq", Keys: asc("workspace", "survey", "seq", "id")},
		{Name: "workspace_respondent_seq", Keys: asc("workspace", "respondent", "seq", "id")},
		{Name: "marks", Keys: asc("mark_key", "mark_since"), Sparse: true},
	}},
	{Version: 2, Domain: "responses", Collection: collection, Indexes: []engine.MongoIndex{
		{Name: "workspace_map_seq", Keys: asc("workspace", "map", "seq", "id")},
		{Name: "workspace_map_stage_seq", Keys: asc("workspace", "map", "stage", "seq", "id")},
	}},
}

// Store implements responses.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

type property struct {
	Name  string `bson:"n"`
	Value string `bson:"v"`
}

type doc struct {
	Key        string     `bson:"_id"`
	Workspace  string     `bson:"workspace"`
	ID         string     `bson:"id"`
	Rev        int64      `bson:"rev"`
	Seq        int64      `bson:"seq"`
	Survey     string     `bson:"survey"`
	Version    int64      `bson:"version"`
	Status     string     `bson:"status"`
	SenderID   string     `bson:"sender_id,omitempty"`
	Digest     string     `bson:"digest,omitempty"`
	Answers    []byte     `bson:"answers,omitempty"`
	Calculated []byte     `bson:"calculated,omitempty"`
	Properties []property `bson:"properties,omitempty"`
	Respondent string     `bson:"respondent,omitempty"`
	Language   string     `bson:"language,omitempty"`
	OccurredAt int64      `bson:"occurred_at"`
	ReceivedAt int64      `bson:"received_at"`
	Channel    string     `bson:"channel,omitempty"`
	Link       string     `bson:"link,omitempty"`
	Origin     string     `bson:"origin,omitempty"`
	URL        string     `bson:"url,omitempty"`
	Map        string     `bson:"map,omitempty"`
	Stage      string     `bson:"stage,omitempty"`
	Touchpoint string     `bson:"touchpoint,omitempty"`
	Marks      []int64    `bson:"marks,omitempty"`
	MarkKey    string     `bson:"mark_key,omitempty"`
	MarkSince  int64      `bson:"mark_since,omitempty"`

	// Since version 5.
	Step        int64       `bson:"step,omitempty"`
	CompletedAt int64       `bson:"completed_at,omitempty"`
	Pending     []byte      `bson:"pending,omitempty"`
	Caps        []quota.Cap `bson:"caps,omitempty"`
	Reviewed    bool        `bson:"reviewed,omitempty"`
}

func key(ws ident.Workspace, id string) string { return string(ws) + "/" + id }

func from(ws ident.Workspace, r responses.Response) doc {
	d := doc{Key: key(ws, r.ID), Workspace: string(ws), ID: r.ID, Rev: r.Rev, Seq: r.Seq, Survey: r.Survey, Version: r.Version, Status: string(r.Status),
		SenderID: r.SenderID, Digest: r.Digest, Answers: r.Answers, Calculated: r.Calculated, Respondent: r.Respondent, Language: r.Language,
		OccurredAt: r.OccurredAt.Milli(), ReceivedAt: r.ReceivedAt.Milli(), Channel: r.Via.Channel, Link: r.Via.Link, Origin: r.Via.Origin, URL: r.Via.URL,
		Map: r.Map, Stage: r.Stage, Touchpoint: r.Touchpoint, Step: r.Step, CompletedAt: r.CompletedAt.Milli(), Pending: r.Pending, Caps: r.Caps, Reviewed: r.Reviewed}
	for n, v := range r.Properties {
		d.Properties = append(d.Properties, property{n, v})
	}
	if len(r.Marks) > 0 {
		d.Marks, d.MarkKey, d.MarkSince = r.Marks, key(ws, r.Survey), r.MarkedAt.Milli()
	}
	return d
}

func (d doc) properties() map[string]string {
	if len(d.Properties) == 0 {
		return nil
	}
	m := make(map[string]string, len(d.Properties))
	for _, p := range d.Properties {
		m[p.Name] = p.Value
	}
	return m
}

func (d doc) response() responses.Response {
	return responses.Response{ID: d.ID, Rev: d.Rev, Seq: d.Seq, Survey: d.Survey, Version: d.Version, Status: responses.Status(d.Status), SenderID: d.SenderID,
		Digest: d.Digest, Answers: d.Answers, Calculated: d.Calculated, Properties: d.properties(), Respondent: d.Respondent, Language: d.Language,
		OccurredAt: when.Milli(d.OccurredAt), ReceivedAt: when.Milli(d.ReceivedAt), Via: responses.Via{Channel: d.Channel, Link: d.Link, Origin: d.Origin, URL: d.URL},
		Map: d.Map, Stage: d.Stage, Touchpoint: d.Touchpoint, Marks: d.Marks, MarkedAt: when.Milli(d.MarkSince),
		Step: d.Step, CompletedAt: when.Milli(d.CompletedAt), Pending: d.Pending, Caps: d.Caps, Reviewed: d.Reviewed}
}

func wrap(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mongo.ErrNoDocuments):
		return fault.NotFoundError()
	}
	return fmt.Errorf("%s: %w", what, engine.MongoFault(err))
}

// InsertMany implements responses.Store.
func (s *Store) InsertMany(ctx context.Context, ws ident.Workspace, rs []responses.Response) ([]responses.Outcome, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	c, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	out := make([]responses.Outcome, len(rs))
	docs := make([]any, len(rs))
	for i, r := range rs {
		docs[i] = from(ws, r)
	}
	_, err = s.m.DB.Collection(collection).InsertMany(c, docs, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if err != nil && (!errors.As(err, &bulk) || bulk.WriteConcernError != nil) {
		return nil, wrap("storing responses", err)
	}
	for _, we := range bulk.WriteErrors {
		if !mongo.IsDuplicateKeyError(we) {
			out[we.Index].Err = wrap("storing a response", we)
			continue
		}
		old, err := s.Get(ctx, ws, rs[we.Index].ID)
		if err != nil {
			return nil, err
		}
		out[we.Index].Existing = &old
	}
	return out, nil
}

// Get implements responses.Store.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (responses.Response, error) {
	if err := ws.Check(); err != nil {
		return responses.Response{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d doc
	if err := s.m.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: key(ws, id)}}).Decode(&d); err != nil {
		return responses.Response{}, wrap("reading a response", err)
	}
	return d.response(), nil
}

// Replace implements responses.Store.
func (s *Store) Replace(ctx context.Context, ws ident.Workspace, r responses.Response, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	c, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	res, err := s.m.DB.Collection(collection).ReplaceOne(c, bson.D{{Key: "_id", Value: key(ws, r.ID)}, {Key: "rev", Value: rev}}, from(ws, r))
	if err != nil {
		return wrap("replacing a response", err)
	}
	if res.MatchedCount == 0 {
		if _, err := s.Get(ctx, ws, r.ID); err != nil {
			return err
		}
		return fault.New(fault.Stale, "stale", "The response was changed meanwhile.")
	}
	return nil
}

func conditions(ws ident.Workspace, f responses.Filter) bson.D {
	q := bson.D{{Key: "workspace", Value: string(ws)}}
	and := func(k string, v any) { q = append(q, bson.E{Key: k, Value: v}) }
	for _, e := range []struct{ name, value string }{{"survey", f.Survey}, {"map", f.Map}, {"stage", f.Stage}, {"respondent", f.Respondent}} {
		if e.value != "" {
			and(e.name, e.value)
		}
	}
	if f.Status != "" {
		and("status", string(f.Status))
	} else {
		and("status", bson.D{{Key: "$ne", Value: string(responses.Erased)}})
	}
	span := bson.D{}
	if f.From != nil {
		span = append(span, bson.E{Key: "$gte", Value: f.From.Milli()})
	}
	if f.To != nil {
		span = append(span, bson.E{Key: "$lt", Value: f.To.Milli()})
	}
	if len(span) > 0 {
		and("occurred_at", span)
	}
	return q
}

// List implements responses.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, f responses.Filter, p ident.Page) ([]responses.Response, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	q := conditions(ws, f)
	if c := p.Cursor; !c.Zero() {
		q = append(q, bson.E{Key: "$or", Value: bson.A{bson.D{{Key: "seq", Value: bson.D{{Key: "$lt", Value: c.Seq}}}},
			bson.D{{Key: "seq", Value: c.Seq}, {Key: "id", Value: bson.D{{Key: "$lt", Value: c.ID}}}}}})
	}
	var out []responses.Response
	err := s.each(ctx, s.m.DB.Collection(collection), q, options.Find().SetSort(bson.D{{Key: "seq", Value: -1}, {Key: "id", Value: -1}}).SetBatchSize(int32(p.Limit)+1), func(d *doc) error {
		if r := d.response(); f.MatchesContent(r) {
			if out = append(out, r); len(out) > p.Limit {
				return errEnough
			}
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

func (s *Store) each(ctx context.Context, c *mongo.Collection, q bson.D, o *options.FindOptions, fn func(*doc) error) error {
	find, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := c.Find(find, q, o)
	if err != nil {
		return wrap("reading responses", err)
	}
	defer func() {
		end, cancel := s.m.Deadline(context.WithoutCancel(ctx))
		defer cancel()
		_ = cur.Close(end)
	}()
	for s.next(ctx, cur) {
		var d doc
		if err := cur.Decode(&d); err != nil {
			return wrap("reading responses", err)
		}
		if err := fn(&d); err != nil {
			return err
		}
	}
	return wrap("reading responses", cur.Err())
}

// next goes to the next document. A look at the server has a deadline of its
// own: all of them together may take as long as ctx lets them.
func (s *Store) next(ctx context.Context, cur *mongo.Cursor) bool {
	if cur.RemainingBatchLength() > 0 {
		return cur.Next(ctx)
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	return cur.Next(ctx)
}

func byTime() *options.FindOptions {
	return options.Find().SetSort(bson.D{{Key: "occurred_at", Value: 1}, {Key: "id", Value: 1}})
}

// Each implements responses.Store. It runs as long as ctx lets it.
func (s *Store) Each(ctx context.Context, ws ident.Workspace, f responses.Filter, fn func(responses.Response) error) error {
	if err := ws.Check(); err != nil {
		return err
	}
	return s.each(ctx, s.m.DB.Collection(collection), conditions(ws, f), byTime(), func(d *doc) error {
		if r := d.response(); f.MatchesContent(r) {
			return fn(r)
		}
		return nil
	})
}

// Count implements responses.Store.
func (s *Store) Count(ctx context.Context, ws ident.Workspace, survey string) (int64, error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	n, err := s.m.DB.Collection(collection).CountDocuments(ctx, conditions(ws, responses.Filter{Survey: survey}))
	return n, wrap("counting responses", err)
}
