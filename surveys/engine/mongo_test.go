package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
)

// mongoVersions changes documents in version 2; it may be repeated.
var mongoVersions = []engine.MongoStep{
	{Version: 1, Domain: "people", Collection: "person", Indexes: []engine.MongoIndex{{Name: "name", Keys: bson.D{{Key: "name", Value: 1}}, Unique: true}}},
	{Version: 2, Domain: "people", Collection: "person", Indexes: []engine.MongoIndex{{Name: "city", Keys: bson.D{{Key: "city", Value: 1}}}},
		Run: func(ctx context.Context, m *engine.Mongo) error {
			ctx, cancel := m.Deadline(ctx)
			defer cancel()
			_, err := m.DB.Collection("person").UpdateMany(ctx, bson.D{{Key: "city", Value: nil}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "city", Value: "unknown"}}}})
			return err
		}},
}

func TestADatabaseOfTheVersionBeforeIsBroughtUpWithItsData(t *testing.T) {
	enginetest.Mongos(t, nil, func(t *testing.T, m *engine.Mongo) {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		// Version 1, written by hand.
		for _, d := range []struct {
			collection string
			doc        bson.D
		}{{"meta", bson.D{{Key: "_id", Value: "schema"}, {Key: "schema", Value: 1}}}, {"person", bson.D{{Key: "_id", Value: "1"}, {Key: "name", Value: "Ana"}}}} {
			if _, err := m.DB.Collection(d.collection).InsertOne(ctx, d.doc); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Verify(ctx, mongoVersions); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "waymark migrate") {
			t.Errorf("before, verifying says %v", err)
		}
		for range 2 {
			if err := m.Migrate(ctx, mongoVersions); err != nil {
				t.Fatal(err)
			}
		}
		var d struct{ City string }
		if err := m.DB.Collection("person").FindOne(ctx, bson.D{{Key: "_id", Value: "1"}}).Decode(&d); err != nil || d.City != "unknown" {
			t.Errorf("got %+v, %v", d, err)
		}
		// The hand-written store lacked version 1's index too; it has it now.
		if err := m.Verify(ctx, mongoVersions); err != nil {
			t.Errorf("after, verifying says %v", err)
		}
		if _, err := m.DB.Collection("person").Indexes().DropOne(ctx, "name"); err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(ctx, mongoVersions); err == nil || !strings.Contains(err.Error(), "index name of the collection person is missing: run `waymark migrate`") {
			t.Errorf("without an index, verifying says %v", err)
		}
		if err := errors.Join(m.Migrate(ctx, mongoVersions), m.Verify(ctx, mongoVersions)); err != nil {
			t.Errorf("migrating does not make a dropped index: %v", err)
		}
	})
}

func TestAMigrationThatIsCutOffGoesOn(t *testing.T) {
	enginetest.Mongos(t, mongoVersions[:1], func(t *testing.T, m *engine.Mongo) {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		if _, err := m.DB.Collection("person").InsertOne(ctx, bson.D{{Key: "_id", Value: "1"}, {Key: "name", Value: "Ana"}}); err != nil {
			t.Fatal(err)
		}
		cut := errors.New("cut off")
		broken := append(mongoVersions[:2:2], engine.MongoStep{Version: 2, Domain: "pets", Run: func(context.Context, *engine.Mongo) error { return cut }})
		if err := m.Migrate(ctx, broken); !errors.Is(err, cut) {
			t.Fatal(err)
		}
		if v, err := m.SchemaVersion(ctx); err != nil || v != 1 {
			t.Errorf("cut off, the version is %d, %v", v, err)
		}
		if err := m.Verify(ctx, mongoVersions); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "waymark migrate") {
			t.Errorf("cut off, verifying says %v", err)
		}
		// The program of version 1 does not take the half-migrated store for its own.
		if err := m.Verify(ctx, mongoVersions[:1]); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "newer") {
			t.Errorf("cut off, the older program says %v", err)
		}
		if err := errors.Join(m.Migrate(ctx, mongoVersions), m.Verify(ctx, mongoVersions)); err != nil {
			t.Error(err)
		}
	})
}

func TestAttack62ARunningProgramWritesNoMoreOnceANewerOneMigrates(t *testing.T) {
	enginetest.Mongos(t, mongoVersions[:1], func(t *testing.T, m *engine.Mongo) {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		older, newer := m.Sibling(m.DB.Name()), m.Sibling(m.DB.Name())
		if err := older.Verify(ctx, mongoVersions[:1]); err != nil {
			t.Fatal(err)
		}
		write := func() error {
			c, cancel, err := older.Writing(ctx)
			if err != nil {
				return err
			}
			defer cancel()
			_, err = older.DB.Collection("person").InsertOne(c, bson.D{{Key: "name", Value: time.Now().String()}})
			return err
		}
		var migrating, refused, late atomic.Bool
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				began := migrating.Load()
				err := write()
				switch {
				case err == nil && began:
					late.Store(true)
				case fault.Is(err, fault.Unavailable) && strings.Contains(err.Error(), "version 2") && strings.Contains(err.Error(), "version 1"):
					refused.Store(true)
					return
				case err != nil:
					t.Error(err)
					return
				}
			}
		}()
		steps := append(mongoVersions[:1:1], engine.MongoStep{Version: 2, Domain: "people", Run: func(context.Context, *engine.Mongo) error {
			migrating.Store(true)
			time.Sleep(300 * time.Millisecond)
			return nil
		}})
		if err := newer.Migrate(ctx, steps); err != nil {
			t.Fatal(err)
		}
		<-done
		if late.Load() || !refused.Load() {
			t.Errorf("a write began while the steps ran: %t; writes were refused: %t", late.Load(), refused.Load())
		}
		if err := older.Ping(ctx); !fault.Is(err, fault.Unavailable) {
			t.Errorf("the older program calls itself ready: %v", err)
		}
	})
}

func TestAnEmptyDatabaseGetsEveryIndex(t *testing.T) {
	enginetest.Mongos(t, mongoVersions, func(t *testing.T, m *engine.Mongo) {
		if err := m.Verify(context.Background(), mongoVersions); err != nil {
			t.Error(err)
		}
	})
}

func TestAttack62ANewerDatabaseIsRefusedWithBothVersions(t *testing.T) {
	enginetest.Mongos(t, nil, func(t *testing.T, m *engine.Mongo) {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		if _, err := m.DB.Collection("meta").InsertOne(ctx, bson.D{{Key: "_id", Value: "schema"}, {Key: "schema", Value: 7}}); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"Migrate": m.Migrate(ctx, mongoVersions), "Verify": m.Verify(ctx, mongoVersions)} {
			if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "version 7") || !strings.Contains(err.Error(), "version 2") {
				t.Errorf("%s says %v", name, err)
			}
		}
	})
}

func TestAnOperationHasADeadlineOfItsOwn(t *testing.T) {
	var m engine.Mongo
	ctx, cancel := m.Deadline(context.Background())
	defer cancel()
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > time.Minute {
		t.Errorf("the deadline is %v, %t", end, ok)
	}
	soon, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	ctx, cancel2 := m.Deadline(soon)
	defer cancel2()
	if end, _ := ctx.Deadline(); time.Until(end) > time.Second {
		t.Error("an earlier deadline was put off")
	}
}

// cleared is what the driver gives for a connection pool that it cleared.
type cleared struct{}

func (cleared) Error() string   { return "connection pool was cleared" }
func (cleared) Retryable() bool { return true }

func TestMongoFaultTellsAServerThatIsDownFromOtherErrors(t *testing.T) {
	other := errors.New("other")
	for _, c := range []struct {
		name string
		err  error
		kind fault.Kind
	}{
		{"a client that was closed", mongo.ErrClientDisconnected, fault.Unavailable},
		{"a deadline", context.DeadlineExceeded, fault.Unavailable},
		{"not primary any more", mongo.CommandError{Code: 10107, Message: "not master"}, fault.Unavailable},
		{"a disk that is full", mongo.CommandError{Code: 14031, Message: "OutOfDiskSpace"}, fault.Unavailable},
		{"a pool that another's failure cleared", fmt.Errorf("writing: %w", cleared{}), fault.Unavailable},
		{"a greeting that failed", topology.ConnectionError{ConnectionID: "1", Wrapped: io.EOF}, fault.Unavailable},
		{"another answer of the server", mongo.CommandError{Code: 2, Message: "BadValue"}, fault.Internal},
		{"another error", other, fault.Internal},
	} {
		if got := engine.MongoFault(c.err); fault.KindOf(got) != c.kind || !strings.Contains(got.Error(), c.err.Error()) {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	if engine.MongoFault(nil) != nil || engine.MongoFault(mongo.ErrNoDocuments) != mongo.ErrNoDocuments {
		t.Error("nothing and no documents do not pass unchanged")
	}
}

func TestOpeningAServerThatIsNotThereSaysSo(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := engine.OpenMongo(ctx, "mongodb://127.0.0.1:1/")
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if _, err := engine.OpenMongo(context.Background(), "nonsense"); err == nil {
		t.Error("a URI that is none was taken")
	}
}
