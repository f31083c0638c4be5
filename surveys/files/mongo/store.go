package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const collection = "files"

// Steps name the collection. A file is found by its _id, and by nothing else.
var Steps = []engine.MongoStep{{Version: 5, Domain: "files", Collection: collection}}

// Store implements files.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

// document is a file. A body of files.MaxBytes leaves two thirds of what a
// document may hold.
type document struct {
	Key       string `bson:"_id"`
	Workspace string `bson:"workspace"`
	ID        string `bson:"id"`
	Name      string `bson:"name"`
	Type      string `bson:"type"`
	Bytes     int64  `bson:"bytes"`
	Width     int64  `bson:"width"`
	Height    int64  `bson:"height"`
	Use       string `bson:"use"`
	CreatedAt int64  `bson:"created_at"`
	CreatedBy string `bson:"created_by"`
	Body      []byte `bson:"body,omitempty"`
}

func key(ws ident.Workspace, id string) string { return string(ws) + "/" + id }

func (d document) file() files.File {
	return files.File{ID: d.ID, Name: d.Name, Type: d.Type, Bytes: int(d.Bytes), Width: int(d.Width), Height: int(d.Height), Use: files.Use(d.Use),
		CreatedAt: when.Milli(d.CreatedAt), CreatedBy: d.CreatedBy}
}

// Create implements files.Store.
func (s *Store) Create(ctx context.Context, ws ident.Workspace, f files.File, body []byte) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	_, err = s.m.DB.Collection(collection).InsertOne(ctx, document{key(ws, f.ID), string(ws), f.ID, f.Name, f.Type, int64(f.Bytes), int64(f.Width), int64(f.Height), string(f.Use),
		f.CreatedAt.Milli(), f.CreatedBy, body})
	return engine.MongoError("storing a file", err)
}

// Find implements files.Store.
func (s *Store) Find(ctx context.Context, ws ident.Workspace, ids []string) ([]files.File, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make(bson.A, len(ids))
	for i, id := range ids {
		keys[i] = key(ws, id)
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(collection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}, options.Find().SetProjection(bson.D{{Key: "body", Value: 0}}))
	if err != nil {
		return nil, engine.MongoError("finding files", err)
	}
	var ds []document
	if err := cur.All(ctx, &ds); err != nil {
		return nil, engine.MongoError("finding files", err)
	}
	var out []files.File
	for _, d := range ds {
		out = append(out, d.file())
	}
	return out, nil
}

// Open implements files.Store.
func (s *Store) Open(ctx context.Context, ws ident.Workspace, id string) (files.File, []byte, error) {
	if err := ws.Check(); err != nil {
		return files.File{}, nil, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d document
	if err := s.m.DB.Collection(collection).FindOne(ctx, bson.D{{Key: "_id", Value: key(ws, id)}}).Decode(&d); err != nil {
		return files.File{}, nil, engine.MongoError("reading a file", err)
	}
	return d.file(), d.Body, nil
}

// Delete implements files.Store.
func (s *Store) Delete(ctx context.Context, ws ident.Workspace, id string) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	res, err := s.m.DB.Collection(collection).DeleteOne(ctx, bson.D{{Key: "_id", Value: key(ws, id)}})
	if err == nil && res.DeletedCount == 0 {
		return fault.NotFoundError()
	}
	return engine.MongoError("deleting a file", err)
}
