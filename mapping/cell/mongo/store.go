package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/mapping/cell"
	"waymark/responses"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

const collection = "cells"

// Steps names the collection; every query runs on its _id.
var Steps = []engine.MongoStep{{Version: 1, Domain: "cell", Collection: collection}}

// Store implements cell.Store.
type Store struct{ m *engine.Mongo }

// New gives the store of an open, migrated engine, which stays the caller's.
func New(m *engine.Mongo) *Store { return &Store{m} }

var _ cell.Store = (*Store)(nil)

func stale() error { return fault.New(fault.Stale, "stale", "The cell was changed meanwhile.") }

// cells reads with concern majority: what roll-ups read is written back.
func (s *Store) cells() *mongo.Collection { return s.m.Majority(collection) }

func (s *Store) one(ctx context.Context, what string, filter bson.D, o ...*options.FindOneOptions) (cell.Node, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var d nodeDoc
	err := s.cells().FindOne(ctx, filter, o...).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return cell.Node{}, nil
	}
	if err != nil {
		return cell.Node{}, fmt.Errorf("%s: %w", what, engine.MongoFault(err))
	}
	return d.node(), nil
}

// Node implements cell.Store.
func (s *Store) Node(ctx context.Context, ws ident.Workspace, survey string, k cell.NodeKey) (cell.Node, error) {
	if err := ws.Check(); err != nil {
		return cell.Node{}, err
	}
	return s.one(ctx, "reading a cell", bson.D{{Key: "_id", Value: id(ws, survey, k.Level, k.Start)}})
}

// Put implements cell.Store.
func (s *Store) Put(ctx context.Context, ws ident.Workspace, survey string, n cell.Node, rev int64) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	d := fromNode(ws, survey, n)
	c := s.m.DB.Collection(collection)
	if rev == 0 {
		_, err = c.InsertOne(ctx, d)
		if engine.MongoDuplicate(err) {
			return stale()
		}
		if err != nil {
			return fmt.Errorf("storing a cell: %w", engine.MongoFault(err))
		}
		return nil
	}
	res, err := c.ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "rev", Value: rev}}, d)
	if err != nil {
		return fmt.Errorf("storing a cell: %w", engine.MongoFault(err))
	}
	if res.MatchedCount == 0 {
		return stale()
	}
	return nil
}

// Nodes implements cell.Store.
func (s *Store) Nodes(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) (out []cell.Node, err error) {
	err = s.each(ctx, ws, survey, level, from, to, options.Find(), func(d *nodeDoc) { out = append(out, d.node()) })
	return out, err
}

// Totals implements cell.Store.
func (s *Store) Totals(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) (out []cell.Node, err error) {
	var older []int // those that have no totals yet
	brief := options.Find().SetProjection(bson.D{{Key: "groups", Value: 0}})
	err = s.each(ctx, ws, survey, level, from, to, brief, func(d *nodeDoc) {
		if out = append(out, d.node()); d.Totals == nil {
			older = append(older, len(out)-1)
		}
	})
	for _, i := range older {
		if err == nil {
			out[i], err = s.Node(ctx, ws, survey, out[i].NodeKey)
		}
	}
	return out, err
}

// Keys implements cell.Store.
func (s *Store) Keys(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key) (out []cell.NodeKey, err error) {
	only := options.Find().SetProjection(bson.D{{Key: "at", Value: 1}, {Key: "prefix", Value: 1}})
	err = s.each(ctx, ws, survey, level, from, to, only, func(d *nodeDoc) {
		out = append(out, cell.NodeKey{Level: level, Start: responses.Key{At: d.At, ID: d.Prefix}})
	})
	return out, err
}

func (s *Store) each(ctx context.Context, ws ident.Workspace, survey string, level cell.Level, from, to responses.Key, o *options.FindOptions, fn func(*nodeDoc)) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.cells().Find(ctx, span(id(ws, survey, level, from), id(ws, survey, level, to)), o.SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return fmt.Errorf("reading cells: %w", engine.MongoFault(err))
	}
	defer func() {
		end, cancel := s.m.Deadline(context.WithoutCancel(ctx))
		defer cancel()
		_ = cur.Close(end)
	}()
	for cur.Next(ctx) {
		var d nodeDoc
		if err := cur.Decode(&d); err != nil {
			return fmt.Errorf("reading cells: %w", err)
		}
		fn(&d)
	}
	if err := cur.Err(); err != nil {
		return fmt.Errorf("reading cells: %w", engine.MongoFault(err))
	}
	return nil
}

func span(from, to string) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: to}}}}
}

// Last implements cell.Store.
func (s *Store) Last(ctx context.Context, ws ident.Workspace, survey string) (int64, error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	filter := append(span(id(ws, survey, cell.Day, responses.Key{}), fmt.Sprintf("%s/%s/%d/~", ws, survey, cell.Day)),
		bson.E{Key: "counted", Value: bson.D{{Key: "$gt", Value: int64(0)}}})
	n, err := s.one(ctx, "reading the newest day", filter, options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}}).SetProjection(bson.D{{Key: "last", Value: 1}}))
	return n.Last, err
}
