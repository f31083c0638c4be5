package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
)

const (
	workspaces = "workspaces"
	keys       = "keys"
	settings   = "settings"
	leases     = "leases"
)

// Steps are the indexes.
var Steps = []engine.MongoStep{{Version: 1, Domain: "workspace", Collection: keys,
	Indexes: []engine.MongoIndex{{Name: "workspace_created", Keys: bson.D{{Key: "workspace", Value: 1}, {Key: "created_at", Value: 1}}}}}}

// Store implements workspace.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

type workspaceDoc struct {
	ID        string `bson:"_id"`
	Name      string `bson:"name"`
	CreatedAt int64  `bson:"created_at"`
}

type keyDoc struct {
	ID        string `bson:"_id"`
	Workspace string `bson:"workspace"`
	Name      string `bson:"name"`
	Scope     string `bson:"scope"`
	Hash      string `bson:"hash"`
	CreatedAt int64  `bson:"created_at"`
	RevokedAt *int64 `bson:"revoked_at,omitempty"`
}

type settingsDoc struct {
	ID        string `bson:"_id"`
	Version   int64  `bson:"version"`
	Document  []byte `bson:"document"`
	UpdatedAt int64  `bson:"updated_at"`
	UpdatedBy string `bson:"updated_by"`
}

type leaseDoc struct {
	ID     string `bson:"_id"`
	Holder string `bson:"holder"`
	Until  int64  `bson:"until"`
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, engine.MongoFault(err))
}

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

// CreateWorkspace implements workspace.Store.
func (s *Store) CreateWorkspace(ctx context.Context, w workspace.Workspace) error {
	if err := w.ID.Check(); err != nil {
		return err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	_, err := s.m.DB.Collection(workspaces).InsertOne(ctx, workspaceDoc{string(w.ID), w.Name, w.CreatedAt.Milli()})
	if engine.MongoDuplicate(err) {
		return nil
	}
	return wrap("storing a workspace", err)
}

// Workspaces implements workspace.Store.
func (s *Store) Workspaces(ctx context.Context) ([]workspace.Workspace, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(workspaces).Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap("listing workspaces", err)
	}
	var docs []workspaceDoc
	if err := cur.All(ctx, &docs); err != nil {
		return nil, wrap("listing workspaces", err)
	}
	var out []workspace.Workspace
	for _, d := range docs {
		out = append(out, workspace.Workspace{ID: ident.Workspace(d.ID), Name: d.Name, CreatedAt: when.Milli(d.CreatedAt)})
	}
	return out, nil
}

// CreateKey implements workspace.Store.
func (s *Store) CreateKey(ctx context.Context, k workspace.Key) error {
	if err := k.Workspace.Check(); err != nil {
		return err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	d := keyDoc{ID: k.ID, Workspace: string(k.Workspace), Name: k.Name, Scope: string(k.Scope), Hash: k.Hash, CreatedAt: k.CreatedAt.Milli()}
	if k.RevokedAt != nil {
		ms := k.RevokedAt.Milli()
		d.RevokedAt = &ms
	}
	_, err := s.m.DB.Collection(keys).InsertOne(ctx, d)
	if engine.MongoDuplicate(err) {
		return fault.Wrap(err, fault.Conflict, "exists", "It exists already.")
	}
	return wrap("storing a key", err)
}

func (d keyDoc) key() workspace.Key {
	k := workspace.Key{ID: d.ID, Workspace: ident.Workspace(d.Workspace), Name: d.Name, Scope: ident.Scope(d.Scope), Hash: d.Hash, CreatedAt: when.Milli(d.CreatedAt)}
	if d.RevokedAt != nil {
		t := when.Milli(*d.RevokedAt)
		k.RevokedAt = &t
	}
	return k
}

// KeyByID implements workspace.Store.
func (s *Store) KeyByID(ctx context.Context, id string) (workspace.Key, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d keyDoc
	err := s.m.DB.Collection(keys).FindOne(ctx, byID(id)).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return workspace.Key{}, fault.NotFoundError()
	}
	return d.key(), wrap("reading a key", err)
}

// Keys implements workspace.Store.
func (s *Store) Keys(ctx context.Context, ws ident.Workspace) ([]workspace.Key, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.m.DB.Collection(keys).Find(ctx, bson.D{{Key: "workspace", Value: string(ws)}},
		options.Find().SetSort(bson.D{{Key: "created_at", Value: 1}, {Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap("listing keys", err)
	}
	var docs []keyDoc
	if err := cur.All(ctx, &docs); err != nil {
		return nil, wrap("listing keys", err)
	}
	var out []workspace.Key
	for _, d := range docs {
		out = append(out, d.key())
	}
	return out, nil
}

// RevokeKey implements workspace.Store.
func (s *Store) RevokeKey(ctx context.Context, ws ident.Workspace, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	// One with a time already keeps it; what matters then is that it is ours.
	res, err := s.m.DB.Collection(keys).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "workspace", Value: string(ws)},
		{Key: "revoked_at", Value: bson.D{{Key: "$exists", Value: false}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "revoked_at", Value: at.Milli()}}}})
	if err != nil {
		return wrap("revoking a key", err)
	}
	if res.MatchedCount > 0 {
		return nil
	}
	k, err := s.KeyByID(ctx, id)
	if err != nil {
		return err
	}
	if k.Workspace != ws {
		return fault.NotFoundError()
	}
	return nil
}

// Settings implements workspace.Store.
func (s *Store) Settings(ctx context.Context, ws ident.Workspace) (workspace.SettingsRecord, error) {
	if err := ws.Check(); err != nil {
		return workspace.SettingsRecord{}, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d settingsDoc
	err := s.m.DB.Collection(settings).FindOne(ctx, byID(string(ws))).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return workspace.SettingsRecord{}, fault.NotFoundError()
	}
	return workspace.SettingsRecord{Version: d.Version, Document: d.Document, UpdatedAt: when.Milli(d.UpdatedAt), UpdatedBy: d.UpdatedBy}, wrap("reading settings", err)
}

// PutSettings implements workspace.Store.
func (s *Store) PutSettings(ctx context.Context, ws ident.Workspace, r workspace.SettingsRecord, version int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	stale := fault.New(fault.Stale, "stale", "The settings were changed meanwhile.")
	d := settingsDoc{string(ws), r.Version, r.Document, r.UpdatedAt.Milli(), r.UpdatedBy}
	if version == 0 {
		_, err := s.m.DB.Collection(settings).InsertOne(ctx, d)
		if engine.MongoDuplicate(err) {
			return stale
		}
		return wrap("storing settings", err)
	}
	res, err := s.m.DB.Collection(settings).ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "version", Value: version}}, d)
	if err != nil {
		return wrap("storing settings", err)
	}
	if res.MatchedCount == 0 {
		return stale
	}
	return nil
}

// AcquireLease implements workspace.Store.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, now, until when.Time) (bool, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	c := s.m.DB.Collection(leases)
	_, err := c.InsertOne(ctx, leaseDoc{name, holder, until.Milli()})
	if err == nil {
		return true, nil
	}
	if !engine.MongoDuplicate(err) {
		return false, wrap("taking a lease", err)
	}
	var d leaseDoc
	if err := c.FindOne(ctx, byID(name)).Decode(&d); err != nil {
		return false, wrap("taking a lease", err)
	}
	if d.Until > now.Milli() && d.Holder != holder {
		return false, nil
	}
	res, err := c.ReplaceOne(ctx, bson.D{{Key: "_id", Value: name}, {Key: "holder", Value: d.Holder}, {Key: "until", Value: d.Until}},
		leaseDoc{name, holder, until.Milli()})
	if err != nil {
		return false, wrap("taking a lease", err)
	}
	return res.MatchedCount > 0, nil
}
