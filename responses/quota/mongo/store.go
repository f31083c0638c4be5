package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/responses/quota"
	"waymark/surveys/engine"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const collection = "quota_slots"

func asc(names ...string) bson.D {
	d := bson.D{}
	for _, n := range names {
		d = append(d, bson.E{Key: n, Value: 1})
	}
	return d
}

// Steps are the indexes. The unique one holds a holder to one slot of a key; it
// begins with the workspace, so that it can hold on a sharded cluster too.
var Steps = []engine.MongoStep{{Version: 5, Domain: "quota", Collection: collection, Indexes: []engine.MongoIndex{
	{Name: "workspace_holder_key", Keys: asc("workspace", "holder", "key"), Unique: true},
	{Name: "workspace_key_free_n", Keys: asc("workspace", "key", "free", "n")},
	{Name: "workspace_key_n", Keys: asc("workspace", "key", "n")},
	{Name: "workspace_key_since", Keys: asc("workspace", "key", "since")},
}}}

// doc is a slot. A free one has its own number for a holder, which nobody else
// has: the unique index knows no absence. A sure one has no since.
type doc struct {
	ID        string `bson:"_id"`
	Workspace string `bson:"workspace"`
	Key       string `bson:"key"`
	N         int    `bson:"n"`
	Holder    string `bson:"holder"`
	Free      bool   `bson:"free"`
	Since     int64  `bson:"since,omitempty"`
	Stamp     int64  `bson:"stamp"`
}

func idOf(ws ident.Workspace, key string, n int) string {
	return fmt.Sprintf("%s/%s/%07d", ws, key, n)
}

func nobody(n int) string { return fmt.Sprintf("-%07d", n) }

// Store implements quota.Store.
type Store struct{ m *engine.Mongo }

// New gives the store in m.
func New(m *engine.Mongo) *Store { return &Store{m} }

var _ quota.Store = (*Store)(nil)

func (s *Store) slots() *mongo.Collection { return s.m.DB.Collection(collection) }

// slot is the filter of one of the holder's slots.
func slot(ws ident.Workspace, holder, key string) bson.D {
	return bson.D{{Key: "workspace", Value: string(ws)}, {Key: "holder", Value: holder}, {Key: "key", Value: key}}
}

func of(ws ident.Workspace, key string, more ...bson.E) bson.D {
	return append(bson.D{{Key: "workspace", Value: string(ws)}, {Key: "key", Value: key}}, more...)
}

// Take implements quota.Store: a slot that was given back, else the next number.
// Where somebody else was quicker it looks again.
func (s *Store) Take(ctx context.Context, ws ident.Workspace, c quota.Cap, holder string, since when.Time, stamp int64) (held, fresh bool, err error) {
	if err := ws.Check(); err != nil {
		return false, false, err
	}
	for {
		held, fresh, again, err := s.try(ctx, ws, c, holder, since, stamp)
		if err != nil {
			return false, false, wrap("taking a slot", err)
		}
		if !again {
			return held, fresh, nil
		}
	}
}

func (s *Store) try(ctx context.Context, ws ident.Workspace, c quota.Cap, holder string, since when.Time, stamp int64) (held, fresh, again bool, err error) {
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return false, false, false, err
	}
	defer cancel()
	if held, err := s.again(ctx, ws, holder, c.Key, since, stamp); err != nil || held {
		return held, false, false, err
	}
	var d doc
	free := of(ws, c.Key, bson.E{Key: "free", Value: true}, bson.E{Key: "n", Value: bson.D{{Key: "$lt", Value: c.Limit}}})
	switch err := s.slots().FindOne(ctx, free, options.FindOne().SetSort(asc("n"))).Decode(&d); {
	case err == nil:
		return s.reuse(ctx, d, holder, since, stamp)
	case !errors.Is(err, mongo.ErrNoDocuments):
		return false, false, false, err
	}
	next := 0
	switch err := s.slots().FindOne(ctx, of(ws, c.Key), options.FindOne().SetSort(bson.D{{Key: "n", Value: -1}})).Decode(&d); {
	case err == nil:
		next = d.N + 1
	case !errors.Is(err, mongo.ErrNoDocuments):
		return false, false, false, err
	}
	if next >= c.Limit {
		held, err := s.again(ctx, ws, holder, c.Key, since, stamp) // the last one may have gone to this holder since
		return held, false, false, err
	}
	_, err = s.slots().InsertOne(ctx, doc{ID: idOf(ws, c.Key, next), Workspace: string(ws), Key: c.Key, N: next, Holder: holder, Since: since.Milli(), Stamp: stamp})
	if engine.MongoDuplicate(err) { // the number or the holder: the next look tells
		return false, false, true, nil
	}
	return err == nil, err == nil, false, err
}

// again stamps the slot that the holder has, if it has one.
func (s *Store) again(ctx context.Context, ws ident.Workspace, holder, key string, since when.Time, stamp int64) (bool, error) {
	var d doc
	if err := s.slots().FindOne(ctx, slot(ws, holder, key)).Decode(&d); err != nil {
		if errors.Is(err, mongo.ErrNoDocuments) {
			err = nil
		}
		return false, err
	}
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	set := bson.D{{Key: "stamp", Value: stamp}}
	if d.Since != 0 {
		set = append(set, bson.E{Key: "since", Value: since.Milli()})
	}
	res, err := s.slots().UpdateOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "holder", Value: holder}}, bson.D{{Key: "$set", Value: set}})
	return err == nil && res.MatchedCount > 0, err // it may have been given back meanwhile
}

func (s *Store) reuse(ctx context.Context, d doc, holder string, since when.Time, stamp int64) (held, fresh, again bool, err error) {
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return false, false, false, err
	}
	defer cancel()
	res, err := s.slots().UpdateOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "free", Value: true}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "holder", Value: holder}, {Key: "free", Value: false}, {Key: "since", Value: since.Milli()}, {Key: "stamp", Value: stamp}}}})
	if engine.MongoDuplicate(err) || err == nil && res.MatchedCount == 0 {
		return false, false, true, nil
	}
	return err == nil, err == nil, false, err
}

// ofHolder lists the slots of a holder, nil keys for all.
func (s *Store) ofHolder(ctx context.Context, ws ident.Workspace, holder string, keys []string) ([]doc, error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	q := bson.D{{Key: "workspace", Value: string(ws)}, {Key: "holder", Value: holder}}
	if keys != nil {
		q = append(q, bson.E{Key: "key", Value: bson.D{{Key: "$in", Value: keys}}})
	}
	cur, err := s.slots().Find(ctx, q)
	if err != nil {
		return nil, err
	}
	var ds []doc
	return ds, cur.All(ctx, &ds)
}

// change makes the update of each of the holder's slots, one by one: each is a
// change of its own.
func (s *Store) change(ctx context.Context, ws ident.Workspace, what, holder string, keys []string, update func(doc) (when, set bson.D)) error {
	if err := ws.Check(); err != nil {
		return err
	}
	ds, err := s.ofHolder(ctx, ws, holder, keys)
	if err != nil {
		return wrap(what, err)
	}
	for _, d := range ds {
		when, set := update(d)
		c, cancel, err := s.m.Writing(ctx)
		if err != nil {
			return err
		}
		_, err = s.slots().UpdateOne(c, append(bson.D{{Key: "_id", Value: d.ID}, {Key: "holder", Value: holder}}, when...), set)
		cancel()
		if err != nil {
			return wrap(what, err)
		}
	}
	return nil
}

var unset = bson.E{Key: "$unset", Value: bson.D{{Key: "since", Value: ""}}}

// Sure implements quota.Store.
func (s *Store) Sure(ctx context.Context, ws ident.Workspace, holder string, keys []string) error {
	if keys == nil {
		keys = []string{}
	}
	return s.change(ctx, ws, "keeping slots", holder, keys, func(doc) (when, set bson.D) { return nil, bson.D{unset} })
}

// Doubt implements quota.Store.
func (s *Store) Doubt(ctx context.Context, ws ident.Workspace, holder string, since when.Time) error {
	return s.change(ctx, ws, "doubting slots", holder, nil, func(doc) (when, set bson.D) {
		return nil, bson.D{{Key: "$set", Value: bson.D{{Key: "since", Value: since.Milli()}}}}
	})
}

// Free implements quota.Store.
func (s *Store) Free(ctx context.Context, ws ident.Workspace, holder string, held quota.Held) error {
	keys := make([]string, 0, len(held))
	for key := range held {
		keys = append(keys, key)
	}
	return s.change(ctx, ws, "freeing slots", holder, keys, func(d doc) (when, set bson.D) {
		return bson.D{{Key: "stamp", Value: held[d.Key]}}, bson.D{{Key: "$set", Value: bson.D{{Key: "holder", Value: nobody(d.N)}, {Key: "free", Value: true}}}, unset}
	})
}

// Held implements quota.Store.
func (s *Store) Held(ctx context.Context, ws ident.Workspace, holder string, keys []string) (quota.Held, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	ds, err := s.ofHolder(ctx, ws, holder, keys)
	held := quota.Held{}
	for _, d := range ds {
		held[d.Key] = d.Stamp
	}
	return held, wrap("reading slots", err)
}

// Doubtful implements quota.Store.
func (s *Store) Doubtful(ctx context.Context, ws ident.Workspace, key string, before when.Time, limit int) ([]quota.Slot, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	cur, err := s.slots().Find(ctx, of(ws, key, bson.E{Key: "since", Value: bson.D{{Key: "$lt", Value: before.Milli()}}}),
		options.Find().SetSort(asc("since")).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("looking for doubtful slots", err)
	}
	var ds []doc
	if err := cur.All(ctx, &ds); err != nil {
		return nil, wrap("looking for doubtful slots", err)
	}
	var slots []quota.Slot
	for _, d := range ds {
		slots = append(slots, quota.Slot{Holder: d.Holder, Stamp: d.Stamp})
	}
	return slots, nil
}

// Count implements quota.Store.
func (s *Store) Count(ctx context.Context, ws ident.Workspace, key string, most int) (int, error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	if most <= 0 {
		return 0, nil // 0 would be no limit
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	n, err := s.slots().CountDocuments(ctx, of(ws, key, bson.E{Key: "free", Value: false}), options.Count().SetLimit(int64(most)))
	return int(n), wrap("counting slots", err)
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, engine.MongoFault(err))
	}
	return nil
}
