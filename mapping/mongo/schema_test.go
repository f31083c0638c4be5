package mongo

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
)

// Shares of one id end with ids of their own, all revoked where one was, from
// wherever a crash left an earlier try.
func TestSharesOfOneIDGetIDsOfTheirOwn(t *testing.T) {
	own := func(hash string) string { return ident.Derive("shr", "shr_x", hash) }
	at := int64(5)
	for _, c := range []struct {
		name    string
		before  []shareDoc
		revoked bool
	}{
		{"none revoked", []shareDoc{{Hash: "a", ID: "shr_x"}, {Hash: "b", ID: "shr_x"}, {Hash: "c", ID: "shr_x"}}, false},
		{"one revoked", []shareDoc{{Hash: "a", ID: "shr_x"}, {Hash: "b", ID: "shr_x", RevokedAt: &at}, {Hash: "c", ID: "shr_x"}}, true},
		{"cut off while revoking", []shareDoc{{Hash: "a", ID: "shr_x", RevokedAt: &at}, {Hash: "b", ID: "shr_x", RevokedAt: &at}, {Hash: "c", ID: "shr_x"}}, true},
		{"cut off while naming", []shareDoc{{Hash: "a", ID: "shr_x", RevokedAt: &at}, {Hash: "b", ID: own("b"), RevokedAt: &at}, {Hash: "c", ID: "shr_x", RevokedAt: &at}}, true},
		{"done before", []shareDoc{{Hash: "a", ID: "shr_x"}, {Hash: "b", ID: own("b")}, {Hash: "c", ID: own("c")}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			enginetest.Mongos(t, nil, func(t *testing.T, m *engine.Mongo) {
				ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
				defer cancel()
				var docs []any
				for i, d := range c.before {
					d.Workspace, d.Map, d.Seq = "w", "map_a", int64(i)
					docs = append(docs, d)
				}
				// The same id of another map is nobody's twin.
				docs = append(docs, shareDoc{Hash: "d", Workspace: "w", Map: "map_b", ID: "shr_x"}, shareDoc{Hash: "e", Workspace: "v", Map: "map_a", ID: "shr_x"})
				if _, err := m.DB.Collection(shares).InsertMany(ctx, docs); err != nil {
					t.Fatal(err)
				}
				if err := m.Migrate(ctx, Steps); err != nil {
					t.Fatal(err)
				}
				cur, err := m.DB.Collection(shares).Find(ctx, bson.D{})
				if err != nil {
					t.Fatal(err)
				}
				var got []shareDoc
				if err := cur.All(ctx, &got); err != nil {
					t.Fatal(err)
				}
				want := map[string]string{"a": "shr_x", "b": own("b"), "c": own("c"), "d": "shr_x", "e": "shr_x"}
				for _, d := range got {
					twin := d.Map == "map_a" && d.Workspace == "w"
					if d.ID != want[d.Hash] || (d.RevokedAt != nil) != (twin && c.revoked) {
						t.Errorf("%s", fmt.Sprint(d.Hash, " has the id ", d.ID, ", revoked: ", d.RevokedAt != nil))
					}
				}
				if len(got) != len(want) {
					t.Errorf("%d shares", len(got))
				}
			})
		})
	}
}
