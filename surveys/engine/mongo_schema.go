package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/fault"
)

// MongoIndex is an index that a step makes.
type MongoIndex struct {
	Name   string
	Keys   bson.D
	Unique bool
	Sparse bool
}

// MongoStep is one domain's part of one schema version: the indexes of a
// collection, and where documents change, Run, which comes after them. Steps
// of a version run in their order, and may be repeated harmlessly, because a
// crash can come between any of them and the version's record. A step may take
// long; each of Run's operations has a deadline of its own.
type MongoStep struct {
	Version    int
	Domain     string
	Collection string
	Indexes    []MongoIndex
	Run        func(ctx context.Context, m *Mongo) error
}

// MongoVersion is the newest version of the steps.
func MongoVersion(steps []MongoStep) int {
	v := 0
	for _, s := range steps {
		v = max(v, s.Version)
	}
	return v
}

const metaCollection = "meta"

// schemaDoc is meta.schema. Next is the version that a migration, perhaps an
// interrupted one, is on its way to.
type schemaDoc struct {
	Schema int `bson:"schema"`
	Next   int `bson:"next"`
}

func (m *Mongo) schema(ctx context.Context) (d schemaDoc, err error) {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	err = m.DB.Collection(metaCollection).FindOne(ctx, bson.D{{Key: "_id", Value: "schema"}}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return d, nil
	}
	if err != nil {
		return d, fmt.Errorf("reading the schema version: %w", MongoFault(err))
	}
	return d, nil
}

// SchemaVersion reads meta.schema; 0 means an empty store.
func (m *Mongo) SchemaVersion(ctx context.Context) (int, error) {
	d, err := m.schema(ctx)
	return d.Schema, err
}

// record raises a field of meta.schema; of two migrations at once none lowers
// what the other recorded.
func (m *Mongo) record(ctx context.Context, field string, v int) error {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	raise := func() error {
		_, err := m.DB.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: "schema"}},
			bson.D{{Key: "$max", Value: bson.D{{Key: field, Value: v}}}}, options.Update().SetUpsert(true))
		return err
	}
	err := raise()
	if MongoDuplicate(err) { // another process made it between the look and the insert
		err = raise()
	}
	if err != nil {
		return fmt.Errorf("recording schema version %d: %w", v, MongoFault(err))
	}
	return nil
}

// Migrate brings the database to the newest version, and makes indexes that
// somebody dropped. A newer one is refused. An interrupted migration goes on
// when it is run again: a version is recorded when all of its steps are done.
//
// Older programs that still run must not write what the steps have already
// passed. So the version aimed at is recorded first, and the steps begin when
// every permission to write that was given before has run out.
func (m *Mongo) Migrate(ctx context.Context, steps []MongoStep) error {
	d, err := m.schema(ctx)
	if err != nil {
		return err
	}
	want := MongoVersion(steps)
	if have := max(d.Schema, d.Next); have > want {
		return newerSchema(have, want)
	}
	if d.Schema > 0 && d.Schema < want {
		if err := m.record(ctx, "next", want); err != nil {
			return err
		}
		if err := wait(ctx, permission+time.Second); err != nil {
			return fmt.Errorf("waiting for older programs to stop writing: %w", err)
		}
	}
	for v := 1; v <= want; v++ {
		for _, st := range steps {
			if st.Version != v {
				continue
			}
			if err := m.step(ctx, st, v > d.Schema); err != nil {
				return fmt.Errorf("migrating %s to schema version %d: %w", st.Domain, v, MongoFault(err))
			}
		}
		if v > d.Schema {
			if err := m.record(ctx, "schema", v); err != nil {
				return err
			}
		}
	}
	m.guard.expect(want)
	return nil
}

func (m *Mongo) step(ctx context.Context, st MongoStep, run bool) error {
	there := map[string]bool{}
	if len(st.Indexes) > 0 {
		var err error
		if there, err = m.indexes(ctx, st.Collection); err != nil {
			return err
		}
	}
	var models []mongo.IndexModel
	for _, ix := range st.Indexes {
		if there[ix.Name] {
			continue
		}
		o := options.Index().SetName(ix.Name)
		if ix.Unique {
			o.SetUnique(true)
		}
		if ix.Sparse {
			o.SetSparse(true)
		}
		models = append(models, mongo.IndexModel{Keys: ix.Keys, Options: o})
	}
	if len(models) > 0 {
		// Building an index on a large collection takes longer than an operation may.
		if _, err := m.DB.Collection(st.Collection).Indexes().CreateMany(ctx, models); err != nil {
			return fmt.Errorf("making the indexes of %s: %w", st.Collection, err)
		}
	}
	if run && st.Run != nil {
		return st.Run(ctx, m)
	}
	return nil
}

// indexes gives the names of a collection's indexes.
func (m *Mongo) indexes(ctx context.Context, collection string) (map[string]bool, error) {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	specs, err := m.DB.Collection(collection).Indexes().ListSpecifications(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the indexes of %s: %w", collection, MongoFault(err))
	}
	names := map[string]bool{}
	for _, s := range specs {
		names[s.Name] = true
	}
	return names, nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// Verify reports a version that is not exactly that of the steps, and every
// index that is missing. From then on Writing looks at the version again.
func (m *Mongo) Verify(ctx context.Context, steps []MongoStep) error {
	d, err := m.schema(ctx)
	if err != nil {
		return err
	}
	want := MongoVersion(steps)
	if err := d.compare(want); err != nil {
		return err
	}
	byCollection := map[string]map[string]bool{}
	for _, st := range steps {
		for _, ix := range st.Indexes {
			names, ok := byCollection[st.Collection]
			if !ok {
				if names, err = m.indexes(ctx, st.Collection); err != nil {
					return err
				}
				byCollection[st.Collection] = names
			}
			if !names[ix.Name] {
				return fault.New(fault.Unavailable, "index-missing",
					"The index %s of the collection %s is missing: run `waymark migrate`.", ix.Name, st.Collection)
			}
		}
	}
	m.guard.expect(want)
	return nil
}

func (d schemaDoc) compare(want int) error {
	if d.Next > want {
		return newerSchema(d.Next, want)
	}
	return compareSchema(d.Schema, want)
}
