package mongo

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const (
	collection = "surveys"
	versions   = "survey_versions"
)

func asc(names ...string) bson.D {
	d := bson.D{}
	for _, n := range names {
		d = append(d, bson.E{Key: n, Value: 1})
	}
	return d
}

// Steps are the indexes.
var Steps = []engine.MongoStep{
	{Version: 1, Domain: "surveys", Collection: collection, Indexes: []engine.MongoIndex{
		{Name: "workspace_seq", Keys: asc("workspace", "seq", "id")},
		{Name: "workspace_map", Keys: asc("workspace", "map", "seq", "id")},
		{Name: "workspace_current_map", Keys: asc("workspace", "current.map", "seq", "id")},
	}},
	{Version: 1, Domain: "surveys", Collection: versions, Indexes: []engine.MongoIndex{
		{Name: "workspace_survey_number", Keys: asc("workspace", "survey", "number")},
	}},
}

// Store implements surveys.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

type seriesDoc struct {
	ID       string `bson:"id"`
	Question string `bson:"question"`
	Metric   string `bson:"metric"`
	Title    string `bson:"title"`
}

type versionDoc struct {
	ID          string      `bson:"_id,omitempty"`
	Workspace   string      `bson:"workspace,omitempty"`
	Survey      string      `bson:"survey"`
	Number      int64       `bson:"number"`
	Document    []byte      `bson:"document"`
	Map         string      `bson:"map"`
	Stage       string      `bson:"stage"`
	Touchpoint  string      `bson:"touchpoint"`
	Segments    []string    `bson:"segments"`
	Series      []seriesDoc `bson:"series"`
	PublishedAt int64       `bson:"published_at"`
	PublishedBy string      `bson:"published_by"`
}

type recordDoc struct {
	Key        string      `bson:"_id"`
	Workspace  string      `bson:"workspace"`
	ID         string      `bson:"id"`
	Rev        int64       `bson:"rev"`
	Seq        int64       `bson:"seq"`
	Status     string      `bson:"status"`
	Version    int64       `bson:"version"`
	Map        string      `bson:"map"`
	Stage      string      `bson:"stage"`
	Touchpoint string      `bson:"touchpoint"`
	Draft      []byte      `bson:"draft,omitempty"`
	Current    *versionDoc `bson:"current,omitempty"`
	CreatedAt  int64       `bson:"created_at"`
	UpdatedAt  int64       `bson:"updated_at"`
	UpdatedBy  string      `bson:"updated_by"`
}

func key(ws ident.Workspace, id string) string { return string(ws) + "/" + id }

func fromVersion(v surveys.Version) versionDoc {
	d := versionDoc{Survey: v.Survey, Number: v.Number, Document: v.Document, Map: v.Binding.Map, Stage: v.Binding.Stage, Touchpoint: v.Binding.Touchpoint,
		Segments: v.Segments, PublishedAt: v.PublishedAt.Milli(), PublishedBy: v.PublishedBy}
	for _, s := range v.Series {
		d.Series = append(d.Series, seriesDoc{s.ID, s.Question, s.Metric, s.Title})
	}
	return d
}

func (d versionDoc) version() surveys.Version {
	v := surveys.Version{Survey: d.Survey, Number: d.Number, Document: d.Document,
		Binding:  surveys.Binding{Map: d.Map, Stage: d.Stage, Touchpoint: d.Touchpoint},
		Segments: d.Segments, PublishedAt: when.Milli(d.PublishedAt), PublishedBy: d.PublishedBy}
	for _, s := range d.Series {
		v.Series = append(v.Series, surveys.Series{ID: s.ID, Question: s.Question, Metric: s.Metric, Title: s.Title})
	}
	return v
}

func from(ws ident.Workspace, r surveys.Record) recordDoc {
	d := recordDoc{Key: key(ws, r.ID), Workspace: string(ws), ID: r.ID, Rev: r.Rev, Seq: r.Seq, Status: string(r.Status), Version: r.Version,
		Map: r.Map, Stage: r.Stage, Touchpoint: r.Touchpoint, Draft: r.Draft, CreatedAt: r.CreatedAt.Milli(), UpdatedAt: r.UpdatedAt.Milli(), UpdatedBy: r.UpdatedBy}
	if r.Current != nil {
		v := fromVersion(*r.Current)
		d.Current = &v
	}
	return d
}

func (d recordDoc) record() surveys.Record {
	r := surveys.Record{ID: d.ID, Rev: d.Rev, Seq: d.Seq, Status: surveys.Status(d.Status), Version: d.Version,
		Binding: surveys.Binding{Map: d.Map, Stage: d.Stage, Touchpoint: d.Touchpoint}, Draft: d.Draft,
		CreatedAt: when.Milli(d.CreatedAt), UpdatedAt: when.Milli(d.UpdatedAt), UpdatedBy: d.UpdatedBy}
	if d.Current != nil {
		v := d.Current.version()
		r.Current = &v
	}
	return r
}

// Create implements surveys.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, r surveys.Record) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	_, err = s.m.DB.Collection(collection).InsertOne(ctx, from(ws, r))
	return engine.MongoError("storing a survey", err)
}

// Get implements surveys.Store.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (surveys.Record, error) {
	if err := ws.Check(); err != nil {
		return surveys.Record{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d recordDoc
	if err := s.m.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: key(ws, id)}}).Decode(&d); err != nil {
		return surveys.Record{}, engine.MongoError("reading a survey", err)
	}
	return d.record(), nil
}

// Head implements surveys.Store.
func (s *Store) Head(ctx context.Context, ws ident.Workspace, id string) (surveys.Head, error) {
	if err := ws.Check(); err != nil {
		return surveys.Head{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d struct {
		Rev     int64  `bson:"rev"`
		Status  string `bson:"status"`
		Current *struct {
			Number int64 `bson:"number"`
		} `bson:"current"`
	}
	err := s.m.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: key(ws, id)}},
		options.FindOne().SetProjection(bson.D{{Key: "rev", Value: 1}, {Key: "status", Value: 1}, {Key: "current.number", Value: 1}})).Decode(&d)
	if err != nil {
		return surveys.Head{}, engine.MongoError("reading a survey's state", err)
	}
	h := surveys.Head{Rev: d.Rev, Status: surveys.Status(d.Status)}
	if d.Current != nil {
		h.Current = d.Current.Number
	}
	return h, nil
}

func (s *Store) gone(ctx context.Context, ws ident.Workspace, id string) error {
	if _, err := s.Head(ctx, ws, id); err != nil {
		return err
	}
	return fault.New(fault.Stale, "stale", "The survey was changed meanwhile.")
}

func atRev(ws ident.Workspace, id string, rev int64) bson.D {
	return bson.D{{Key: "_id", Value: key(ws, id)}, {Key: "rev", Value: rev}}
}

// Replace implements surveys.Store.
func (s *Store) Replace(ctx context.Context, ws ident.Workspace, r surveys.Record, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	c, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	res, err := s.m.DB.Collection(collection).ReplaceOne(c, atRev(ws, r.ID, rev), from(ws, r))
	if err != nil {
		return engine.MongoError("replacing a survey", err)
	}
	if res.MatchedCount == 0 {
		return s.gone(ctx, ws, r.ID)
	}
	return nil
}

// Delete implements surveys.Store.
func (s *Store) Delete(ctx context.Context, ws ident.Workspace, id string, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	c, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	res, err := s.m.DB.Collection(collection).DeleteOne(c, atRev(ws, id, rev))
	if err != nil {
		return engine.MongoError("deleting a survey", err)
	}
	if res.DeletedCount == 0 {
		return s.gone(ctx, ws, id)
	}
	return nil
}

func versionKey(ws ident.Workspace, survey string, number int64) string {
	return key(ws, survey) + "/" + strconv.FormatInt(number, 10)
}

// Archive implements surveys.Store.
func (s *Store) Archive(ctx context.Context, ws ident.Workspace, v surveys.Version) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	d := fromVersion(v)
	d.ID, d.Workspace = versionKey(ws, v.Survey, v.Number), string(ws)
	_, err = s.m.DB.Collection(versions).InsertOne(ctx, d)
	if engine.MongoDuplicate(err) {
		return nil
	}
	return engine.MongoError("archiving a version", err)
}

// Archived implements surveys.Store.
func (s *Store) Archived(ctx context.Context, ws ident.Workspace, survey string, number int64) (surveys.Version, error) {
	if err := ws.Check(); err != nil {
		return surveys.Version{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d versionDoc
	if err := s.m.DB.Collection(versions).FindOne(ctx, bson.D{{Key: "_id", Value: versionKey(ws, survey, number)}}).Decode(&d); err != nil {
		return surveys.Version{}, engine.MongoError("reading a version", err)
	}
	return d.version(), nil
}

// ArchivedAll implements surveys.Store.
func (s *Store) ArchivedAll(ctx context.Context, ws ident.Workspace, survey string) ([]surveys.Version, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(versions).Find(ctx, bson.D{{Key: "workspace", Value: string(ws)}, {Key: "survey", Value: survey}},
		options.Find().SetSort(asc("number")))
	if err != nil {
		return nil, engine.MongoError("listing versions", err)
	}
	var ds []versionDoc
	if err := cur.All(ctx, &ds); err != nil {
		return nil, engine.MongoError("listing versions", err)
	}
	var out []surveys.Version
	for _, d := range ds {
		out = append(out, d.version())
	}
	return out, nil
}

func newestFirst() *options.FindOptions {
	return options.Find().SetSort(bson.D{{Key: "seq", Value: -1}, {Key: "id", Value: -1}})
}

// List implements surveys.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, f surveys.Filter, p ident.Page) ([]surveys.Record, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	q := bson.D{{Key: "workspace", Value: string(ws)}}
	and := func(k string, v any) { q = append(q, bson.E{Key: k, Value: v}) }
	if f.Map != "" {
		and("map", f.Map)
	}
	if f.Stage != "" {
		and("stage", f.Stage)
	}
	switch f.Status {
	case "":
	case surveys.Draft:
		and("draft", bson.D{{Key: "$exists", Value: true}})
		and("status", bson.D{{Key: "$ne", Value: string(surveys.Closed)}})
	case surveys.Closed:
		and("status", string(f.Status))
	default:
		and("draft", bson.D{{Key: "$exists", Value: false}})
		and("status", string(f.Status))
	}
	if c := p.Cursor; !c.Zero() {
		and("$or", bson.A{bson.D{{Key: "seq", Value: bson.D{{Key: "$lt", Value: c.Seq}}}},
			bson.D{{Key: "seq", Value: c.Seq}, {Key: "id", Value: bson.D{{Key: "$lt", Value: c.ID}}}}})
	}
	out, err := s.query(ctx, q, newestFirst().SetLimit(int64(p.Limit)+1))
	if err != nil {
		return nil, ident.Cursor{}, err
	}
	page, next := ident.Cut(out, p, func(r surveys.Record) ident.Cursor { return ident.Cursor{Seq: r.Seq, ID: r.ID} })
	return page, next, nil
}

// OfMap implements surveys.Store.
func (s *Store) OfMap(ctx context.Context, ws ident.Workspace, mapID string) ([]surveys.Outline, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	// Each alternative has an index of its own, which also gives the order.
	rs, err := s.query(ctx, bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: "workspace", Value: string(ws)}, {Key: "map", Value: mapID}},
		bson.D{{Key: "workspace", Value: string(ws)}, {Key: "current.map", Value: mapID}}}}},
		newestFirst().SetProjection(asc("id", "map", "stage", "touchpoint", "current.number")))
	var out []surveys.Outline
	for _, r := range rs {
		o := surveys.Outline{ID: r.ID, Binding: r.Binding}
		if r.Current != nil {
			o.Current = r.Current.Number
		}
		out = append(out, o)
	}
	return out, err
}

func (s *Store) query(ctx context.Context, q bson.D, o *options.FindOptions) ([]surveys.Record, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(collection).Find(ctx, q, o)
	if err != nil {
		return nil, engine.MongoError("listing surveys", err)
	}
	var ds []recordDoc
	if err := cur.All(ctx, &ds); err != nil {
		return nil, engine.MongoError("listing surveys", err)
	}
	var out []surveys.Record
	for _, d := range ds {
		out = append(out, d.record())
	}
	return out, nil
}
