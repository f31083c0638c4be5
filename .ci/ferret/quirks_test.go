package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
)

type m = bson.M

// open gives a database of a FerretDB of the test's own, behind the proxy, with
// the concerns that the product uses.
func open(t *testing.T) (context.Context, *mongo.Database) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	sctx, stop := context.WithCancel(ctx)
	server, wait, err := startFerretDB(sctx, t.TempDir(), log)
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); wait() })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = newProxy(server, log).serve(sctx, l) }()
	journal := true
	c, err := mongo.Connect(ctx, options.Client().ApplyURI("mongodb://"+l.Addr().String()+"/").
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).SetReadConcern(readconcern.Majority()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Disconnect(context.Background()) })
	return ctx, c.Database("quirks")
}

func ok(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// count is the number of documents that match, or -1 with an error noted.
func count(ctx context.Context, t *testing.T, c *mongo.Collection, filter any) int64 {
	t.Helper()
	n, err := c.CountDocuments(ctx, filter)
	if err != nil {
		t.Errorf("counting %v: %v", filter, err)
		return -1
	}
	return n
}

func TestOfRacingCompareAndSetsOneWins(t *testing.T) {
	ctx, db := open(t)
	c := db.Collection("c")
	_, err := c.InsertOne(ctx, m{"_id": "a", "rev": int64(0)})
	ok(t, "inserting", err)
	for round := range int64(10) {
		var wins atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				err := c.FindOneAndUpdate(ctx, m{"_id": "a", "rev": round}, m{"$inc": m{"rev": int64(1)}}).Err()
				if err == nil {
					wins.Add(1)
				} else if !errors.Is(err, mongo.ErrNoDocuments) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Fatalf("round %d: %d won", round, wins.Load())
		}
	}
}

func TestWhatTheStoresMayRelyOn(t *testing.T) {
	ctx, db := open(t)
	c := db.Collection("c")
	_, err := c.InsertMany(ctx, []any{m{"_id": 1, "a": 1}, m{"_id": 1}, m{"_id": 2, "a": 5}, m{"_id": 2}, m{"_id": 3}, m{"_id": 4, "a": nil}},
		options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || len(bulk.WriteErrors) != 2 || bulk.WriteErrors[0].Index != 1 || bulk.WriteErrors[1].Index != 3 || bulk.WriteErrors[0].Code != 11000 {
		t.Fatalf("unordered insert: %v", err)
	}
	for _, tc := range []struct {
		name   string
		filter m
		want   int64
	}{
		{"all but the doubled ones were inserted", m{}, 4},
		{"$gt does not match a missing field", m{"a": m{"$gt": 0}}, 2},
		{"$exists true matches a null", m{"a": m{"$exists": true}}, 3},
		{"$exists false", m{"a": m{"$exists": false}}, 1},
		{"null matches a missing field too", m{"a": nil}, 2},
		{"$in", m{"a": m{"$in": bson.A{1, 5, 9}}}, 2},
		{"an int matches an equal int64", m{"a": int64(5)}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if n := count(ctx, t, c, tc.filter); n != tc.want {
				t.Errorf("%d documents, want %d", n, tc.want)
			}
		})
	}
	_, err = c.UpdateOne(ctx, m{"_id": 1}, m{"$unset": m{"a": ""}})
	ok(t, "$unset", err)
	if n := count(ctx, t, c, m{"a": m{"$exists": false}}); n != 2 {
		t.Errorf("after $unset %d documents lack the field, want 2", n)
	}
	cur, err := c.Find(ctx, m{}, options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetSkip(1).SetLimit(2))
	ok(t, "sorting", err)
	var docs []struct {
		ID int `bson:"_id"`
	}
	ok(t, "reading", cur.All(ctx, &docs))
	if len(docs) != 2 || docs[0].ID != 3 || docs[1].ID != 2 {
		t.Errorf("sort, skip and limit gave %v, want 3 and 2", docs)
	}
	_, err = c.UpdateOne(ctx, m{"_id": 1, "a": 99}, m{"$set": m{"b": 1}}, options.Update().SetUpsert(true))
	if !mongo.IsDuplicateKeyError(err) {
		t.Errorf("an upsert with a taken _id: %v, want 11000", err)
	}
	index := mongo.IndexModel{Keys: bson.D{{Key: "w", Value: 1}, {Key: "at", Value: -1}}}
	for range 2 {
		_, err = c.Indexes().CreateOne(ctx, index)
		ok(t, "creating an index, also again", err)
	}
	specs, err := c.Indexes().ListSpecifications(ctx)
	ok(t, "listing indexes", err)
	if len(specs) != 2 || specs[1].Name != "w_1_at_-1" {
		t.Errorf("%d indexes", len(specs))
	}
}

func TestAnUnorderedBulkOfUpdatesStopsAtItsFirstDuplicate(t *testing.T) {
	ctx, db := open(t)
	c := db.Collection("c")
	_, err := c.InsertOne(ctx, m{"_id": "taken"})
	ok(t, "inserting", err)
	set := m{"$set": m{"k": 1}}
	_, err = c.BulkWrite(ctx, []mongo.WriteModel{
		mongo.NewUpdateOneModel().SetFilter(m{"_id": "taken", "rev": 7}).SetUpdate(set).SetUpsert(true),
		mongo.NewUpdateOneModel().SetFilter(m{"_id": "next"}).SetUpdate(set).SetUpsert(true),
	}, options.BulkWrite().SetOrdered(false))
	if !mongo.IsDuplicateKeyError(err) {
		t.Errorf("the bulk: %v, want 11000", err)
	}
	if n := count(ctx, t, c, m{"_id": "next"}); n != 0 {
		t.Error("the update behind the duplicate was made, as MongoDB does: correct the README")
	}
}

func TestUniqueIndexesDiffer(t *testing.T) {
	ctx, db := open(t)
	c := db.Collection("c")
	_, err := c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "w", Value: 1}, {Key: "e", Value: 1}}, Options: options.Index().SetUnique(true)})
	ok(t, "creating", err)
	for _, d := range []m{{"_id": 1, "w": 1, "e": 1}, {"_id": 2, "w": 1}, {"_id": 3, "w": 1}} {
		_, err = c.InsertOne(ctx, d)
		ok(t, "a missing field is not held unique", err)
	}
	if _, err = c.InsertOne(ctx, m{"_id": 4, "w": 1, "e": 1}); !mongo.IsDuplicateKeyError(err) {
		t.Errorf("insert: %v, want 11000", err)
	}
	_, err = c.UpdateOne(ctx, m{"_id": 2}, m{"$set": m{"e": 1}})
	if err == nil || mongo.IsDuplicateKeyError(err) || !strings.Contains(err.Error(), "UNIQUE constraint failed") {
		t.Errorf("update: %v, want InternalError with SQLite's text", err)
	}
}

func TestOperatorsThatDoOtherThanAskedWithoutAnError(t *testing.T) {
	ctx, db := open(t)
	c := db.Collection("c")
	_, err := c.InsertOne(ctx, m{"_id": 1, "l": bson.A{1}, "p": bson.A{1, 5}, "w": "x", "z": math.Copysign(0, -1)})
	ok(t, "inserting", err)
	_, err = c.UpdateOne(ctx, m{"_id": 1}, m{"$push": m{"l": m{"$each": bson.A{2, 3}, "$slice": -2}}, "$pull": m{"p": m{"$gt": 2}}})
	ok(t, "updating", err)
	var d struct {
		L, P []int
		Z    float64
	}
	ok(t, "reading", c.FindOne(ctx, m{"_id": 1}).Decode(&d))
	if len(d.L) != 3 || len(d.P) != 2 || math.Signbit(d.Z) {
		t.Errorf("%+v: $slice, a condition of $pull or the sign of zero is kept now: correct the README", d)
	}
	cur, err := c.Aggregate(ctx, bson.A{m{"$project": m{"v": "$w"}}})
	ok(t, "aggregating", err)
	var got []m
	ok(t, "reading", cur.All(ctx, &got))
	if len(got) != 1 || got[0]["v"] != "$w" {
		t.Errorf("$project gave %v, want the text $w", got)
	}
}

func TestWhatIsRefused(t *testing.T) {
	ctx, db := open(t)
	c := db.Collection("c")
	_, err := c.InsertOne(ctx, m{"_id": 1, "a": bson.A{1}})
	ok(t, "inserting", err)
	index := func(o *options.IndexOptions) error {
		_, err := c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "k", Value: 1}}, Options: o})
		return err
	}
	update := func(u any, o ...*options.UpdateOptions) error {
		_, err := c.UpdateOne(ctx, m{"_id": 1}, u, o...)
		return err
	}
	insert := func(v any) error { _, err := c.InsertOne(ctx, m{"v": v}); return err }
	for name, err := range map[string]error{
		"a TTL index":                   index(options.Index().SetExpireAfterSeconds(1)),
		"a partial index":               index(options.Index().SetPartialFilterExpression(m{"a": 1})),
		"an index with a collation":     index(options.Index().SetCollation(&options.Collation{Locale: "en"})),
		"a pipeline update":             update(bson.A{m{"$set": m{"x": 1}}}),
		"array filters":                 update(m{"$set": m{"a.$[e]": 8}}, options.Update().SetArrayFilters(options.ArrayFilters{Filters: []any{m{"e": 1}}})),
		"a projection in findAndModify": c.FindOneAndUpdate(ctx, m{"_id": 1}, m{"$set": m{"x": 1}}, options.FindOneAndUpdate().SetProjection(m{"x": 1})).Err(),
		"infinity":                      insert(math.Inf(1)),
		"NaN":                           insert(math.NaN()),
		"a nested array":                insert(bson.A{bson.A{1}}),
		"a key with a dot":              insert(m{"a.b": 1}),
	} {
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}
