package mongo

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/when"
)

const collection = "links"

func asc(names ...string) bson.D {
	d := bson.D{}
	for _, n := range names {
		d = append(d, bson.E{Key: n, Value: 1})
	}
	return d
}

// Steps are the indexes. That of lists leads over listed, so that a list costs
// what it shows however many previews and revoked links there are.
var Steps = []engine.MongoStep{{Version: 5, Domain: "link", Collection: collection, Indexes: []engine.MongoIndex{
	{Name: "workspace_survey_id", Keys: asc("workspace", "survey", "id"), Unique: true},
	{Name: "workspace_survey_listed_seq", Keys: asc("workspace", "survey", "listed", "seq", "id")},
	{Name: "preview_expires", Keys: asc("preview", "expires_at")},
}}}

// Store implements link.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

type document struct {
	Hash         string `bson:"_id"`
	Workspace    string `bson:"workspace"`
	Survey       string `bson:"survey"`
	ID           string `bson:"id"`
	Seq          int64  `bson:"seq"`
	Label        string `bson:"label"`
	SingleUse    bool   `bson:"single_use"`
	MaxResponses *int64 `bson:"max_responses,omitempty"`
	ExpiresAt    *int64 `bson:"expires_at,omitempty"`
	Properties   []byte `bson:"properties,omitempty"` // JSON: their names are the author's
	Language     string `bson:"language"`
	OneClick     bool   `bson:"one_click"`
	Kiosk        bool   `bson:"kiosk"`
	Preview      bool   `bson:"preview"`
	Listed       bool   `bson:"listed"` // neither revoked nor a preview
	Secret       []byte `bson:"secret"`
	RevokedAt    *int64 `bson:"revoked_at,omitempty"`
	CreatedAt    int64  `bson:"created_at"`
	CreatedBy    string `bson:"created_by"`
}

func number(t *when.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := t.Milli()
	return &ms
}

func instant(ms *int64) *when.Time {
	if ms == nil {
		return nil
	}
	t := when.Milli(*ms)
	return &t
}

func from(ws ident.Workspace, l link.Link) (document, error) {
	d := document{Hash: l.Hash, Workspace: string(ws), Survey: l.Survey, ID: l.ID, Seq: l.Seq, Label: l.Label, SingleUse: l.SingleUse, ExpiresAt: number(l.ExpiresAt),
		Language: l.Language, OneClick: l.OneClick, Kiosk: l.Kiosk, Preview: l.Preview, Listed: l.RevokedAt == nil && !l.Preview, Secret: l.Secret,
		RevokedAt: number(l.RevokedAt), CreatedAt: l.CreatedAt.Milli(), CreatedBy: l.CreatedBy}
	if l.MaxResponses != nil {
		n := int64(*l.MaxResponses)
		d.MaxResponses = &n
	}
	if l.Properties == nil {
		return d, nil
	}
	var err error
	if d.Properties, err = json.Marshal(l.Properties, json.Deterministic(true)); err != nil {
		return d, fmt.Errorf("writing the properties of a link: %w", err)
	}
	return d, nil
}

func (d document) link() (link.Link, error) {
	l := link.Link{ID: d.ID, Survey: d.Survey, Label: d.Label, SingleUse: d.SingleUse, ExpiresAt: instant(d.ExpiresAt), Language: d.Language, OneClick: d.OneClick,
		Kiosk: d.Kiosk, Preview: d.Preview, Hash: d.Hash, Secret: d.Secret, RevokedAt: instant(d.RevokedAt), CreatedAt: when.Milli(d.CreatedAt), CreatedBy: d.CreatedBy, Seq: d.Seq}
	if d.MaxResponses != nil {
		n := int(*d.MaxResponses)
		l.MaxResponses = &n
	}
	if d.Properties != nil {
		if err := json.Unmarshal(d.Properties, &l.Properties); err != nil {
			return link.Link{}, fmt.Errorf("reading the properties of a link: %w", err)
		}
	}
	return l, nil
}

// Create implements link.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, l link.Link) error {
	if err := ws.Check(); err != nil {
		return err
	}
	d, err := from(ws, l)
	if err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	_, err = s.m.DB.Collection(collection).InsertOne(ctx, d)
	return engine.MongoError("storing a link", err)
}

// List implements link.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, survey string, p ident.Page) ([]link.Link, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	q := bson.D{{Key: "workspace", Value: string(ws)}, {Key: "survey", Value: survey}, {Key: "listed", Value: true}}
	if c := p.Cursor; !c.Zero() {
		q = append(q, bson.E{Key: "$or", Value: bson.A{bson.D{{Key: "seq", Value: bson.D{{Key: "$lt", Value: c.Seq}}}},
			bson.D{{Key: "seq", Value: c.Seq}, {Key: "id", Value: bson.D{{Key: "$lt", Value: c.ID}}}}}})
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(collection).Find(ctx, q, options.Find().SetSort(bson.D{{Key: "seq", Value: -1}, {Key: "id", Value: -1}}).SetLimit(int64(p.Limit)+1))
	if err != nil {
		return nil, ident.Cursor{}, engine.MongoError("listing links", err)
	}
	var ds []document
	if err := cur.All(ctx, &ds); err != nil {
		return nil, ident.Cursor{}, engine.MongoError("listing links", err)
	}
	var out []link.Link
	for _, d := range ds {
		l, err := d.link()
		if err != nil {
			return nil, ident.Cursor{}, err
		}
		out = append(out, l)
	}
	page, next := ident.Cut(out, p, func(l link.Link) ident.Cursor { return ident.Cursor{Seq: l.Seq, ID: l.ID} })
	return page, next, nil
}

// Revoke implements link.Store.
func (s *Store) Revoke(ctx context.Context, ws ident.Workspace, survey, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	q := bson.D{{Key: "workspace", Value: string(ws)}, {Key: "survey", Value: survey}, {Key: "id", Value: id}}
	unrevoked := append(q[:len(q):len(q)], bson.E{Key: "revoked_at", Value: bson.D{{Key: "$exists", Value: false}}})
	res, err := s.m.DB.Collection(collection).UpdateOne(ctx, unrevoked, bson.D{{Key: "$set", Value: bson.D{{Key: "revoked_at", Value: at.Milli()}, {Key: "listed", Value: false}}}})
	if err != nil {
		return engine.MongoError("revoking a link", err)
	}
	if res.MatchedCount > 0 {
		return nil
	}
	return engine.MongoError("revoking a link", s.m.DB.Collection(collection).FindOne(ctx, q).Err())
}

// ByHash implements link.Store.
func (s *Store) ByHash(ctx context.Context, hash string) (ident.Workspace, link.Link, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d document
	if err := s.m.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: hash}}).Decode(&d); err != nil {
		return "", link.Link{}, engine.MongoError("looking a link up", err)
	}
	l, err := d.link()
	return ident.Workspace(d.Workspace), l, err
}

// Sweep implements link.Store.
func (s *Store) Sweep(ctx context.Context, until when.Time, limit int) (int, error) {
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	due := bson.D{{Key: "preview", Value: true}, {Key: "expires_at", Value: bson.D{{Key: "$lte", Value: until.Milli()}}}}
	cur, err := s.m.DB.Collection(collection).Find(ctx, due, options.Find().SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return 0, engine.MongoError("looking for previews", err)
	}
	var found []struct {
		Hash string `bson:"_id"`
	}
	if err := cur.All(ctx, &found); err != nil {
		return 0, engine.MongoError("looking for previews", err)
	}
	if len(found) == 0 {
		return 0, nil
	}
	hashes := make(bson.A, len(found))
	for i, f := range found {
		hashes[i] = f.Hash
	}
	res, err := s.m.DB.Collection(collection).DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: hashes}}}})
	if err != nil {
		return 0, engine.MongoError("removing previews", err)
	}
	return int(res.DeletedCount), nil
}
