package mongo

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/mapping"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const (
	maps     = "maps"
	versions = "map_versions"
	shares   = "shares"
)

func asc(names ...string) bson.D {
	d := bson.D{}
	for _, n := range names {
		d = append(d, bson.E{Key: n, Value: 1})
	}
	return d
}

// Store implements mapping.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

type recordDoc struct {
	Key       string `bson:"_id"`
	Workspace string `bson:"workspace"`
	ID        string `bson:"id"`
	Version   int64  `bson:"version"`
	Seq       int64  `bson:"seq"`
	Document  []byte `bson:"document"`
	CreatedAt int64  `bson:"created_at"`
	UpdatedAt int64  `bson:"updated_at"`
	UpdatedBy string `bson:"updated_by"`
}

type shareDoc struct {
	Hash      string `bson:"_id"`
	Workspace string `bson:"workspace"`
	Map       string `bson:"map"`
	ID        string `bson:"id"`
	Seq       int64  `bson:"seq"`
	Label     string `bson:"label"`
	Access    string `bson:"access"`
	ExpiresAt *int64 `bson:"expires_at,omitempty"`
	RevokedAt *int64 `bson:"revoked_at,omitempty"`
	CreatedAt int64  `bson:"created_at"`
	CreatedBy string `bson:"created_by"`
}

func key(ws ident.Workspace, id string) string { return string(ws) + "/" + id }

func from(k string, ws ident.Workspace, r mapping.Record) recordDoc {
	return recordDoc{k, string(ws), r.ID, r.Version, r.Seq, r.Document, r.CreatedAt.Milli(), r.UpdatedAt.Milli(), r.UpdatedBy}
}

func (d recordDoc) record() mapping.Record {
	return mapping.Record{ID: d.ID, Version: d.Version, Seq: d.Seq, Document: d.Document, CreatedAt: when.Milli(d.CreatedAt), UpdatedAt: when.Milli(d.UpdatedAt), UpdatedBy: d.UpdatedBy}
}

// Create implements mapping.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, r mapping.Record) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	_, err = s.m.DB.Collection(maps).InsertOne(ctx, from(key(ws, r.ID), ws, r))
	return engine.MongoError("storing a map", err)
}

func (s *Store) one(ctx context.Context, ws ident.Workspace, collection, id string) (mapping.Record, error) {
	if err := ws.Check(); err != nil {
		return mapping.Record{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d recordDoc
	if err := s.m.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&d); err != nil {
		return mapping.Record{}, engine.MongoError("reading a map", err)
	}
	return d.record(), nil
}

// Get implements mapping.Store.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (mapping.Record, error) {
	return s.one(ctx, ws, maps, key(ws, id))
}

func (s *Store) gone(ctx context.Context, ws ident.Workspace, id string) error {
	if _, err := s.Get(ctx, ws, id); err != nil {
		return err
	}
	return fault.New(fault.Stale, "stale", "The map was changed meanwhile.")
}

func atVersion(ws ident.Workspace, id string, version int64) bson.D {
	return bson.D{{Key: "_id", Value: key(ws, id)}, {Key: "version", Value: version}}
}

// Replace implements mapping.Store.
func (s *Store) Replace(ctx context.Context, ws ident.Workspace, r mapping.Record, version int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	c, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	res, err := s.m.DB.Collection(maps).ReplaceOne(c, atVersion(ws, r.ID, version), from(key(ws, r.ID), ws, r))
	if err != nil {
		return engine.MongoError("replacing a map", err)
	}
	if res.MatchedCount == 0 {
		return s.gone(ctx, ws, r.ID)
	}
	return nil
}

// Delete implements mapping.Store.
func (s *Store) Delete(ctx context.Context, ws ident.Workspace, id string, version int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	c, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	res, err := s.m.DB.Collection(maps).DeleteOne(c, atVersion(ws, id, version))
	if err != nil {
		return engine.MongoError("deleting a map", err)
	}
	if res.DeletedCount == 0 {
		return s.gone(ctx, ws, id)
	}
	return nil
}

func versionKey(ws ident.Workspace, id string, version int64) string {
	return key(ws, id) + "/" + strconv.FormatInt(version, 10)
}

// Archive implements mapping.Store.
func (s *Store) Archive(ctx context.Context, ws ident.Workspace, r mapping.Record) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	_, err = s.m.DB.Collection(versions).InsertOne(ctx, from(versionKey(ws, r.ID, r.Version), ws, r))
	if engine.MongoDuplicate(err) {
		return nil
	}
	return engine.MongoError("archiving a map", err)
}

// Archived implements mapping.Store.
func (s *Store) Archived(ctx context.Context, ws ident.Workspace, id string, version int64) (mapping.Record, error) {
	return s.one(ctx, ws, versions, versionKey(ws, id, version))
}

// Versions implements mapping.Store. The cursor's Seq is the version.
func (s *Store) Versions(ctx context.Context, ws ident.Workspace, id string, p ident.Page) ([]mapping.Record, ident.Cursor, error) {
	q := bson.D{{Key: "workspace", Value: string(ws)}, {Key: "id", Value: id}}
	if !p.Cursor.Zero() {
		q = append(q, bson.E{Key: "version", Value: bson.D{{Key: "$lt", Value: p.Cursor.Seq}}})
	}
	return s.page(ctx, ws, versions, q, bson.D{{Key: "version", Value: -1}}, p, func(r mapping.Record) int64 { return r.Version })
}

// List implements mapping.Store.
func (s *Store) List(ctx context.Context, ws ident.Workspace, p ident.Page) ([]mapping.Record, ident.Cursor, error) {
	return s.page(ctx, ws, maps, after(bson.D{{Key: "workspace", Value: string(ws)}}, p.Cursor), newestFirst, p, func(r mapping.Record) int64 { return r.Seq })
}

// after adds what comes after the cursor, newest first by (seq, id).
func after(q bson.D, c ident.Cursor) bson.D {
	if c.Zero() {
		return q
	}
	return append(q, bson.E{Key: "$or", Value: bson.A{bson.D{{Key: "seq", Value: bson.D{{Key: "$lt", Value: c.Seq}}}},
		bson.D{{Key: "seq", Value: c.Seq}, {Key: "id", Value: bson.D{{Key: "$lt", Value: c.ID}}}}}})
}

var newestFirst = bson.D{{Key: "seq", Value: -1}, {Key: "id", Value: -1}}

func oneMore(sort bson.D, p ident.Page) *options.FindOptions {
	return options.Find().SetSort(sort).SetLimit(int64(p.Limit) + 1)
}

func (s *Store) page(ctx context.Context, ws ident.Workspace, collection string, q, sort bson.D, p ident.Page, place func(mapping.Record) int64) ([]mapping.Record, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(collection).Find(ctx, q, oneMore(sort, p))
	if err != nil {
		return nil, ident.Cursor{}, engine.MongoError("listing maps", err)
	}
	var ds []recordDoc
	if err := cur.All(ctx, &ds); err != nil {
		return nil, ident.Cursor{}, engine.MongoError("listing maps", err)
	}
	var out []mapping.Record
	for _, d := range ds {
		out = append(out, d.record())
	}
	page, next := ident.Cut(out, p, func(r mapping.Record) ident.Cursor { return ident.Cursor{Seq: place(r), ID: r.ID} })
	return page, next, nil
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

func (d shareDoc) share() mapping.Share {
	return mapping.Share{ID: d.ID, Map: d.Map, Label: d.Label, Hash: d.Hash, Access: d.Access, ExpiresAt: instant(d.ExpiresAt), RevokedAt: instant(d.RevokedAt),
		CreatedAt: when.Milli(d.CreatedAt), CreatedBy: d.CreatedBy, Seq: d.Seq}
}

// CreateShare implements mapping.Store.
func (s *Store) CreateShare(ctx context.Context, ws ident.Workspace, sh mapping.Share) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	_, err = s.m.DB.Collection(shares).InsertOne(ctx, shareDoc{sh.Hash, string(ws), sh.Map, sh.ID, sh.Seq, sh.Label, sh.Access,
		number(sh.ExpiresAt), number(sh.RevokedAt), sh.CreatedAt.Milli(), sh.CreatedBy})
	return engine.MongoError("storing a share", err)
}

// Shares implements mapping.Store.
func (s *Store) Shares(ctx context.Context, ws ident.Workspace, mapID string, p ident.Page) ([]mapping.Share, ident.Cursor, error) {
	if err := ws.Check(); err != nil {
		return nil, ident.Cursor{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(shares).Find(ctx, after(bson.D{{Key: "workspace", Value: string(ws)}, {Key: "map", Value: mapID}}, p.Cursor), oneMore(newestFirst, p))
	if err != nil {
		return nil, ident.Cursor{}, engine.MongoError("listing shares", err)
	}
	var ds []shareDoc
	if err := cur.All(ctx, &ds); err != nil {
		return nil, ident.Cursor{}, engine.MongoError("listing shares", err)
	}
	var out []mapping.Share
	for _, d := range ds {
		out = append(out, d.share())
	}
	page, next := ident.Cut(out, p, func(sh mapping.Share) ident.Cursor { return ident.Cursor{Seq: sh.Seq, ID: sh.ID} })
	return page, next, nil
}

// RevokeShare implements mapping.Store.
func (s *Store) RevokeShare(ctx context.Context, ws ident.Workspace, mapID, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	q := bson.D{{Key: "workspace", Value: string(ws)}, {Key: "map", Value: mapID}, {Key: "id", Value: id}}
	unrevoked := append(q[:len(q):len(q)], bson.E{Key: "revoked_at", Value: bson.D{{Key: "$exists", Value: false}}})
	res, err := s.m.DB.Collection(shares).UpdateOne(ctx, unrevoked, bson.D{{Key: "$set", Value: bson.D{{Key: "revoked_at", Value: at.Milli()}}}})
	if err != nil {
		return engine.MongoError("revoking a share", err)
	}
	if res.MatchedCount > 0 {
		return nil
	}
	return engine.MongoError("revoking a share", s.m.DB.Collection(shares).FindOne(ctx, q).Err())
}

// ShareByHash implements mapping.Store.
func (s *Store) ShareByHash(ctx context.Context, hash string) (ident.Workspace, mapping.Share, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d shareDoc
	if err := s.m.DB.Collection(shares).FindOne(ctx, bson.D{{Key: "_id", Value: hash}}).Decode(&d); err != nil {
		return "", mapping.Share{}, engine.MongoError("looking a share up", err)
	}
	return ident.Workspace(d.Workspace), d.share(), nil
}
