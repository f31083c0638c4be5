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
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
)

// Store is workspace.Store on MongoDB.
type Store struct{ engine *engine.Mongo }

// New gives the store of an open, migrated engine, which stays the caller's.
func New(m *engine.Mongo) *Store { return &Store{engine: m} }

var _ workspace.Store = (*Store)(nil)

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

// CreateWorkspace stores a new workspace.
func (s *Store) CreateWorkspace(ctx context.Context, w workspace.Workspace) error {
	if err := w.ID.Check(); err != nil {
		return err
	}
	_, err := s.insert(ctx, workspacesCollection, workspaceDoc{ID: string(w.ID), Name: w.Name, CreatedAt: w.CreatedAt.Milli()})
	if err != nil {
		return fmt.Errorf("storing a workspace: %w", err)
	}
	return nil
}

// Workspace reads one.
func (s *Store) Workspace(ctx context.Context, ws ident.Workspace) (workspace.Workspace, error) {
	if err := ws.Check(); err != nil {
		return workspace.Workspace{}, err
	}
	var d workspaceDoc
	if err := s.find(ctx, workspacesCollection, string(ws), &d, "a workspace"); err != nil {
		return workspace.Workspace{}, err
	}
	return d.workspace(), nil
}

// Workspaces lists all by name.
func (s *Store) Workspaces(ctx context.Context) ([]workspace.Workspace, error) {
	var docs []workspaceDoc
	if err := s.list(ctx, workspacesCollection, bson.D{}, bson.D{{Key: "name", Value: 1}}, &docs, "workspaces"); err != nil {
		return nil, err
	}
	var out []workspace.Workspace
	for _, d := range docs {
		out = append(out, d.workspace())
	}
	return out, nil
}

// CreateKey stores a key.
func (s *Store) CreateKey(ctx context.Context, k workspace.Key) error {
	if err := k.Workspace.Check(); err != nil {
		return err
	}
	d := keyDoc{ID: k.ID, Workspace: string(k.Workspace), Name: k.Name, Scope: string(k.Scope), Hash: k.Hash, CreatedAt: k.CreatedAt.Milli()}
	if k.RevokedAt != nil {
		at := k.RevokedAt.Milli()
		d.RevokedAt = &at
	}
	taken, err := s.insert(ctx, keysCollection, d)
	if err != nil {
		return fmt.Errorf("storing a key: %w", err)
	}
	if taken {
		return fault.New(fault.Conflict, "exists", "There is a key of that id already.")
	}
	return nil
}

// KeyByID reads a key by its id.
func (s *Store) KeyByID(ctx context.Context, id string) (workspace.Key, error) {
	var d keyDoc
	if err := s.find(ctx, keysCollection, id, &d, "a key"); err != nil {
		return workspace.Key{}, err
	}
	return d.key(), nil
}

// Keys lists the workspace's keys.
func (s *Store) Keys(ctx context.Context, ws ident.Workspace) ([]workspace.Key, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	var docs []keyDoc
	err := s.list(ctx, keysCollection, bson.D{{Key: "workspace", Value: string(ws)}},
		bson.D{{Key: "created_at", Value: 1}, {Key: "_id", Value: 1}}, &docs, "keys")
	if err != nil {
		return nil, err
	}
	var out []workspace.Key
	for _, d := range docs {
		out = append(out, d.key())
	}
	return out, nil
}

// RevokeKey ends a key.
func (s *Store) RevokeKey(ctx context.Context, ws ident.Workspace, id string, at when.Time) error {
	if err := ws.Check(); err != nil {
		return err
	}
	mine := bson.D{{Key: "_id", Value: id}, {Key: "workspace", Value: string(ws)}}
	valid := append(mine[:2:2], bson.E{Key: "revoked_at", Value: nil})
	matched, err := s.update(ctx, keysCollection, valid, bson.D{{Key: "revoked_at", Value: at.Milli()}})
	if err != nil {
		return fmt.Errorf("revoking a key: %w", err)
	}
	if matched {
		return nil
	}
	// Either it is revoked already, which is well, or there is no such key here.
	k, err := s.KeyByID(ctx, id)
	if err == nil && k.Workspace != ws {
		return fault.NotFoundError()
	}
	return err
}

// Settings reads the workspace's settings.
func (s *Store) Settings(ctx context.Context, ws ident.Workspace) (workspace.SettingsRecord, error) {
	if err := ws.Check(); err != nil {
		return workspace.SettingsRecord{}, err
	}
	var d settingsDoc
	if err := s.find(ctx, settingsCollection, string(ws), &d, "settings"); err != nil {
		return workspace.SettingsRecord{}, err
	}
	return workspace.SettingsRecord{Version: d.Version, Document: d.Document, CreatedAt: when.Milli(d.CreatedAt),
		UpdatedAt: when.Milli(d.UpdatedAt), UpdatedBy: d.UpdatedBy}, nil
}

// PutSettings replaces the workspace's settings by compare-and-set.
func (s *Store) PutSettings(ctx context.Context, ws ident.Workspace, r workspace.SettingsRecord) error {
	if err := ws.Check(); err != nil {
		return err
	}
	d := settingsDoc{Workspace: string(ws), Version: r.Version, Document: r.Document,
		CreatedAt: r.CreatedAt.Milli(), UpdatedAt: r.UpdatedAt.Milli(), UpdatedBy: r.UpdatedBy}
	var (
		done bool
		err  error
	)
	// What is stored has a version above FirstVersion, so only an insert can
	// be based on it and an insert only on it.
	if r.Version == workspace.FirstVersion+1 {
		var taken bool
		taken, err = s.insert(ctx, settingsCollection, d)
		done = !taken
	} else {
		done, err = s.update(ctx, settingsCollection, bson.D{{Key: "_id", Value: string(ws)}, {Key: "version", Value: r.Version - 1}},
			bson.D{{Key: "version", Value: d.Version}, {Key: "document", Value: d.Document}, {Key: "created_at", Value: d.CreatedAt},
				{Key: "updated_at", Value: d.UpdatedAt}, {Key: "updated_by", Value: d.UpdatedBy}})
	}
	if err != nil {
		return fmt.Errorf("storing settings: %w", err)
	}
	if !done {
		return workspace.StaleError()
	}
	return nil
}

// Lease reads a lease.
func (s *Store) Lease(ctx context.Context, name string) (workspace.Lease, error) {
	var d leaseDoc
	if err := s.find(ctx, leasesCollection, name, &d, "a lease"); err != nil {
		return workspace.Lease{}, err
	}
	return workspace.Lease{Name: d.Name, Holder: d.Holder, Until: when.Milli(d.Until)}, nil
}

// SwapLease stores l where old is what is stored.
func (s *Store) SwapLease(ctx context.Context, old *workspace.Lease, l workspace.Lease) (bool, error) {
	var (
		done bool
		err  error
	)
	if old == nil {
		var taken bool
		taken, err = s.insert(ctx, leasesCollection, leaseDoc{Name: l.Name, Holder: l.Holder, Until: l.Until.Milli()})
		done = !taken
	} else {
		done, err = s.update(ctx, leasesCollection,
			bson.D{{Key: "_id", Value: l.Name}, {Key: "holder", Value: old.Holder}, {Key: "until", Value: old.Until.Milli()}},
			bson.D{{Key: "holder", Value: l.Holder}, {Key: "until", Value: l.Until.Milli()}})
	}
	if err != nil {
		return false, fmt.Errorf("storing a lease: %w", err)
	}
	return done, nil
}

// find reads the document of that _id.
func (s *Store) find(ctx context.Context, collection, id string, into any, what string) error {
	ctx, cancel := s.engine.Deadline(ctx)
	defer cancel()
	err := s.engine.DB.Collection(collection).FindOne(ctx, byID(id)).Decode(into)
	if errors.Is(err, driver.ErrNoDocuments) {
		return fault.NotFoundError()
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", what, engine.MongoFault(err))
	}
	return nil
}

// list reads all documents of a filter.
func (s *Store) list(ctx context.Context, collection string, filter, sort bson.D, into any, what string) error {
	ctx, cancel := s.engine.Deadline(ctx)
	defer cancel()
	cur, err := s.engine.DB.Collection(collection).Find(ctx, filter, options.Find().SetSort(sort))
	if err == nil {
		err = cur.All(ctx, into)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", what, engine.MongoFault(err))
	}
	return nil
}

// insert stores a document and reports whether its _id was taken.
func (s *Store) insert(ctx context.Context, collection string, d any) (taken bool, err error) {
	ctx, cancel, err := s.engine.Writing(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	_, err = s.engine.DB.Collection(collection).InsertOne(ctx, d)
	if engine.MongoDuplicate(err) {
		return true, nil
	}
	return false, engine.MongoFault(err)
}

// update sets the fields of the one document that the filter names, and
// reports whether there was one.
func (s *Store) update(ctx context.Context, collection string, filter, set bson.D) (matched bool, err error) {
	ctx, cancel, err := s.engine.Writing(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	res, err := s.engine.DB.Collection(collection).UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: set}})
	if err != nil {
		return false, engine.MongoFault(err)
	}
	return res.MatchedCount == 1, nil
}
