package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"waymark/surveys/fault"
)

// Mongo is an open database. Every write has the concern majority with
// journal; reads go to the primary.
type Mongo struct {
	DB     *mongo.Database
	client *mongo.Client
}

// operationTimeout bounds one operation: the driver itself sets no limit.
const operationTimeout = 15 * time.Second

// OpenMongo connects to the database that the URI's path names ("waymark" if
// it names none) and checks that a server answers.
func OpenMongo(ctx context.Context, uri string) (*Mongo, error) {
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, fmt.Errorf("reading the MongoDB URI: %w", err)
	}
	name := cs.Database
	if name == "" {
		name = "waymark"
	}
	journal := true
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Local()).
		SetServerSelectionTimeout(5*time.Second).
		SetConnectTimeout(5*time.Second).
		SetAppName("waymark"))
	if err != nil {
		return nil, fmt.Errorf("connecting to MongoDB: %w", err)
	}
	m := &Mongo{DB: client.Database(name), client: client}
	if err := m.Ping(ctx); err != nil {
		_ = client.Disconnect(context.WithoutCancel(ctx))
		return nil, err
	}
	return m, nil
}

// Deadline gives ctx a deadline where it has none or a later one.
func (m *Mongo) Deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, operationTimeout)
}

// Majority gives the collection with read concern majority, for scans whose
// result is written back (roll-up).
func (m *Mongo) Majority(name string) *mongo.Collection {
	return m.DB.Collection(name, options.Collection().SetReadConcern(readconcern.Majority()))
}

// Ping reports whether the primary answers.
func (m *Mongo) Ping(ctx context.Context) error {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	if err := m.client.Ping(ctx, readpref.Primary()); err != nil {
		return fmt.Errorf("asking MongoDB for a sign of life: %w", MongoFault(err))
	}
	return nil
}

// Close disconnects.
func (m *Mongo) Close(ctx context.Context) error {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	return m.client.Disconnect(ctx)
}

// MongoDuplicate reports whether err is a broken unique key.
func MongoDuplicate(err error) bool { return mongo.IsDuplicateKeyError(err) }

// MongoFault turns what the driver says of a server that is down into a
// fault; other errors pass unchanged.
func MongoFault(err error) error {
	switch {
	case err == nil, errors.Is(err, mongo.ErrNoDocuments):
		return err
	case mongo.IsTimeout(err), mongo.IsNetworkError(err), errors.Is(err, mongo.ErrClientDisconnected),
		errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.Unavailable, "store-down", "The store cannot be used at the moment.")
	}
	var se mongo.ServerError
	if errors.As(err, &se) {
		for _, code := range []int{91, 189, 10107, 11600, 11602, 13435, 13436, 14031, 64} {
			// shutting down, stepping down, not primary, disk full, write concern timed out
			if se.HasErrorCode(code) {
				return fault.Wrap(err, fault.Unavailable, "store-down", "The store cannot be used at the moment.")
			}
		}
	}
	return err
}

// MongoIndex is an index that a step makes.
type MongoIndex struct {
	Name   string
	Keys   bson.D
	Unique bool
	Sparse bool
}

// MongoStep is one domain's part of one schema version: the indexes of a
// collection, and where documents change, Run. Both may be repeated harmlessly,
// because a crash can come between them and the version's record.
type MongoStep struct {
	Version    int
	Domain     string
	Collection string
	Indexes    []MongoIndex
	Run        func(ctx context.Context, db *mongo.Database) error
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

type schemaDoc struct {
	ID     string `bson:"_id"`
	Schema int    `bson:"schema"`
}

// SchemaVersion reads meta.schema; 0 means an empty store.
func (m *Mongo) SchemaVersion(ctx context.Context) (int, error) {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	var d schemaDoc
	err := m.DB.Collection(metaCollection).FindOne(ctx, bson.D{{Key: "_id", Value: "schema"}}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the schema version: %w", MongoFault(err))
	}
	return d.Schema, nil
}

// Migrate brings the database to the newest version. A newer one is refused.
func (m *Mongo) Migrate(ctx context.Context, steps []MongoStep) error {
	have, err := m.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	want := MongoVersion(steps)
	if have > want {
		return newerSchema(have, want)
	}
	for v := have + 1; v <= want; v++ {
		for _, st := range steps {
			if st.Version != v {
				continue
			}
			if err := m.step(ctx, st); err != nil {
				return fmt.Errorf("migrating %s to schema version %d: %w", st.Domain, v, MongoFault(err))
			}
		}
		c, cancel := m.Deadline(ctx)
		_, err := m.DB.Collection(metaCollection).UpdateOne(c, bson.D{{Key: "_id", Value: "schema"}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "schema", Value: v}}}}, options.Update().SetUpsert(true))
		cancel()
		if err != nil {
			return fmt.Errorf("recording schema version %d: %w", v, MongoFault(err))
		}
	}
	return nil
}

func (m *Mongo) step(ctx context.Context, st MongoStep) error {
	// Building an index on a large collection takes longer than an operation may.
	models := make([]mongo.IndexModel, 0, len(st.Indexes))
	for _, ix := range st.Indexes {
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
		if _, err := m.DB.Collection(st.Collection).Indexes().CreateMany(ctx, models); err != nil {
			return fmt.Errorf("making the indexes of %s: %w", st.Collection, err)
		}
	}
	if st.Run != nil {
		return st.Run(ctx, m.DB)
	}
	return nil
}

// Verify reports a version that is not exactly that of the steps, and every
// index that is missing.
func (m *Mongo) Verify(ctx context.Context, steps []MongoStep) error {
	have, err := m.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if err := compareSchema(have, MongoVersion(steps)); err != nil {
		return err
	}
	byCollection := map[string]map[string]bool{}
	for _, st := range steps {
		if len(st.Indexes) == 0 {
			continue
		}
		names, ok := byCollection[st.Collection]
		if !ok {
			c, cancel := m.Deadline(ctx)
			specs, err := m.DB.Collection(st.Collection).Indexes().ListSpecifications(c)
			cancel()
			if err != nil {
				return fmt.Errorf("listing the indexes of %s: %w", st.Collection, MongoFault(err))
			}
			names = map[string]bool{}
			for _, s := range specs {
				names[s.Name] = true
			}
			byCollection[st.Collection] = names
		}
		for _, ix := range st.Indexes {
			if !names[ix.Name] {
				return fault.New(fault.Unavailable, "index-missing",
					"The index %s of the collection %s is missing: run `waymark migrate`.", ix.Name, st.Collection)
			}
		}
	}
	return nil
}

// Sibling gives another database on the same connections. Closing either
// closes both.
func (m *Mongo) Sibling(name string) *Mongo {
	return &Mongo{DB: m.client.Database(name), client: m.client}
}
