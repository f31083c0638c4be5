package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/idempotency"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const collection = "idempotency"

// Steps make the index of the domain.
var Steps = []engine.MongoStep{{Version: 1, Domain: "idempotency", Collection: collection, Indexes: []engine.MongoIndex{
	{Name: "created", Keys: bson.D{{Key: "created_at", Value: 1}}},
}}}

// doc is a record; a status of 0 means: not finished.
type doc struct {
	ID          string `bson:"_id"`
	Workspace   string `bson:"workspace"`
	Fingerprint string `bson:"fingerprint"`
	CreatedAt   int64  `bson:"created_at"`
	Status      int    `bson:"status"`
	Location    string `bson:"location"`
	ETag        string `bson:"etag"`
	Body        []byte `bson:"body"`
}

func idOf(ws ident.Workspace, id string) string { return string(ws) + "/" + id }

// Store is idempotency.Store on MongoDB.
type Store struct{ engine *engine.Mongo }

// New gives the store of an open, migrated engine, which stays the caller's.
func New(m *engine.Mongo) *Store { return &Store{engine: m} }

var _ idempotency.Store = (*Store)(nil)

// Create stores a record that is new.
func (s *Store) Create(ctx context.Context, r idempotency.Record) (bool, error) {
	if err := r.Workspace.Check(); err != nil {
		return false, err
	}
	ctx, cancel, err := s.engine.Writing(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	_, err = s.engine.DB.Collection(collection).InsertOne(ctx,
		doc{ID: idOf(r.Workspace, r.ID), Workspace: string(r.Workspace), Fingerprint: r.Fingerprint, CreatedAt: r.CreatedAt.Milli()})
	if engine.MongoDuplicate(err) {
		return false, nil
	}
	return err == nil, wrap(err, "storing a record")
}

// Get reads a record.
func (s *Store) Get(ctx context.Context, ws ident.Workspace, id string) (idempotency.Record, error) {
	if err := ws.Check(); err != nil {
		return idempotency.Record{}, err
	}
	ctx, cancel := s.engine.Deadline(ctx)
	defer cancel()
	var d doc
	err := s.engine.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: idOf(ws, id)}}).Decode(&d)
	if errors.Is(err, driver.ErrNoDocuments) {
		return idempotency.Record{}, fault.NotFoundError()
	}
	if err != nil {
		return idempotency.Record{}, wrap(err, "reading a record")
	}
	r := idempotency.Record{ID: id, Workspace: ws, Fingerprint: d.Fingerprint, CreatedAt: when.Milli(d.CreatedAt)}
	if d.Status != 0 {
		r.Answer = &idempotency.Answer{Status: d.Status, Location: d.Location, ETag: d.ETag, Body: d.Body}
	}
	return r, nil
}

// Renew replaces a record by compare-and-set.
func (s *Store) Renew(ctx context.Context, r idempotency.Record, created when.Time) (bool, error) {
	if err := r.Workspace.Check(); err != nil {
		return false, err
	}
	return s.swap(ctx, bson.D{{Key: "_id", Value: idOf(r.Workspace, r.ID)}, {Key: "created_at", Value: created.Milli()}},
		bson.D{{Key: "fingerprint", Value: r.Fingerprint}, {Key: "created_at", Value: r.CreatedAt.Milli()},
			{Key: "status", Value: 0}, {Key: "location", Value: ""}, {Key: "etag", Value: ""}, {Key: "body", Value: nil}})
}

// Finish sets a record's answer once.
func (s *Store) Finish(ctx context.Context, r idempotency.Record) (bool, error) {
	if err := r.Workspace.Check(); err != nil {
		return false, err
	}
	return s.swap(ctx, bson.D{{Key: "_id", Value: idOf(r.Workspace, r.ID)}, {Key: "created_at", Value: r.CreatedAt.Milli()}, {Key: "status", Value: 0}},
		bson.D{{Key: "status", Value: r.Answer.Status}, {Key: "location", Value: r.Answer.Location},
			{Key: "etag", Value: r.Answer.ETag}, {Key: "body", Value: r.Answer.Body}})
}

func (s *Store) swap(ctx context.Context, filter, set bson.D) (bool, error) {
	ctx, cancel, err := s.engine.Writing(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	res, err := s.engine.DB.Collection(collection).UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: set}})
	if err != nil {
		return false, wrap(err, "changing a record")
	}
	return res.MatchedCount == 1, nil
}

// Sweep removes old records. The instant is part of the removal too, so that
// a record that is renewed in between stays.
func (s *Store) Sweep(ctx context.Context, until when.Time, limit int) (int, error) {
	ctx, cancel, err := s.engine.Writing(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	old := bson.E{Key: "created_at", Value: bson.D{{Key: "$lte", Value: until.Milli()}}}
	cur, err := s.engine.DB.Collection(collection).Find(ctx, bson.D{old},
		options.Find().SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	var docs []struct {
		ID string `bson:"_id"`
	}
	if err == nil {
		err = cur.All(ctx, &docs)
	}
	if err != nil {
		return 0, wrap(err, "looking for old records")
	}
	if len(docs) == 0 {
		return 0, nil
	}
	ids := make(bson.A, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	res, err := s.engine.DB.Collection(collection).DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, old})
	if err != nil {
		return 0, wrap(err, "removing old records")
	}
	return int(res.DeletedCount), nil
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, engine.MongoFault(err))
}
