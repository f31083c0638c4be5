package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"waymark/surveys/fault"
)

// Mongo is an open database. Every write has the concern majority with
// journal; reads go to the primary. Reads begin with Deadline, writes with
// Writing.
type Mongo struct {
	DB     *mongo.Database
	client *mongo.Client
	guard  guard
}

// operationTimeout bounds one operation: the driver itself sets no limit.
const operationTimeout = 15 * time.Second

// OpenMongo connects to the database that the URI's path names ("waymark" if
// it names none) and checks that a server answers. Tests that look at the
// commands hand in more options.
func OpenMongo(ctx context.Context, uri string, more ...*options.ClientOptions) (*Mongo, error) {
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, fmt.Errorf("reading the MongoDB URI: %w", err)
	}
	name := cs.Database
	if name == "" {
		name = "waymark"
	}
	journal := true
	client, err := mongo.Connect(ctx, append(more[:len(more):len(more)], options.Client().ApplyURI(uri).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Local()).
		SetServerSelectionTimeout(5*time.Second).
		SetConnectTimeout(5*time.Second).
		SetAppName("waymark"))...)
	if err != nil {
		return nil, fmt.Errorf("connecting to MongoDB: %w", err)
	}
	m := &Mongo{DB: client.Database(name), client: client}
	if err := m.Ping(ctx); err != nil {
		_ = client.Disconnect(context.WithoutCancel(ctx))
		return nil, unreachable(err, cs.Hosts)
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

// Ping reports whether the primary answers and this program may write.
func (m *Mongo) Ping(ctx context.Context) error {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	if err := m.client.Ping(ctx, readpref.Primary()); err != nil {
		return fmt.Errorf("asking MongoDB for a sign of life: %w", MongoFault(err))
	}
	return m.mayWrite(ctx)
}

// Close disconnects.
func (m *Mongo) Close(ctx context.Context) error {
	ctx, cancel := m.Deadline(ctx)
	defer cancel()
	return m.client.Disconnect(ctx)
}

// MongoDuplicate reports whether err is a broken unique key.
func MongoDuplicate(err error) bool { return mongo.IsDuplicateKeyError(err) }

// MongoError turns what the driver says of an attempt (what was being done)
// into what stores answer: NotFound for no document, Conflict for a broken
// unique key, else MongoFault. nil stays nil.
func MongoError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mongo.ErrNoDocuments):
		return fault.NotFoundError()
	case MongoDuplicate(err):
		return fault.Wrap(err, fault.Conflict, "exists", "It exists already.")
	}
	return fmt.Errorf("%s: %w", what, MongoFault(err))
}

// MongoFault turns what the driver says of a server that is down into a
// fault; other errors pass unchanged.
func MongoFault(err error) error {
	switch {
	case err == nil, errors.Is(err, mongo.ErrNoDocuments):
		return err
	case mongo.IsTimeout(err), mongo.IsNetworkError(err), errors.Is(err, mongo.ErrClientDisconnected),
		errors.Is(err, context.DeadlineExceeded), unconnected(err):
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

// unconnected reports what the driver gives, without the label of a network
// error, where no connection could be had: others failed on the same server a
// moment before, or the greeting did.
func unconnected(err error) bool {
	var pool driver.RetryablePoolError
	var connection topology.ConnectionError
	var selection topology.ServerSelectionError
	return errors.As(err, &pool) || errors.As(err, &connection) || errors.As(err, &selection)
}

// Sibling gives another database on the same connections. Closing either
// closes both.
func (m *Mongo) Sibling(name string) *Mongo {
	return &Mongo{DB: m.client.Database(name), client: m.client}
}
