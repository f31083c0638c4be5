package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
	"waymark/surveys/ident"
)

// Steps are the indexes. Version 2 holds a share's id unique within its map, as
// SQLite does: a repeated POST whose first try was cut off made two links of
// one id before, and revoking the id ended only one of them.
var Steps = []engine.MongoStep{
	{Version: 1, Domain: "mapping", Collection: maps, Indexes: []engine.MongoIndex{{Name: "workspace_seq", Keys: asc("workspace", "seq", "id")}}},
	{Version: 1, Domain: "mapping", Collection: versions, Indexes: []engine.MongoIndex{{Name: "workspace_id_version", Keys: asc("workspace", "id", "version")}}},
	{Version: 1, Domain: "mapping", Collection: shares, Indexes: []engine.MongoIndex{{Name: "workspace_map_seq", Keys: asc("workspace", "map", "seq", "id")}}},
	{Version: 2, Domain: "mapping", Collection: shares, Run: ownIDs},
	{Version: 2, Domain: "mapping", Collection: shares, Indexes: []engine.MongoIndex{{Name: "workspace_map_id", Keys: asc("workspace", "map", "id"), Unique: true}}},
}

// ownIDs gives each share that has the id of another one an id of its own.
// Where one of them was revoked, its author meant the id: all are.
func ownIDs(ctx context.Context, m *engine.Mongo) error {
	find, cancel := m.Deadline(ctx)
	defer cancel()
	cur, err := m.DB.Collection(shares).Find(find, bson.D{}, options.Find().SetSort(asc("workspace", "map", "id", "seq", "_id")))
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := m.Deadline(context.WithoutCancel(ctx))
		defer cancel()
		_ = cur.Close(end)
	}()
	next := func() bool {
		ctx, cancel := m.Deadline(ctx)
		defer cancel()
		return cur.Next(ctx)
	}
	var same []shareDoc // the shares of one id, oldest first
	for next() {
		var d shareDoc
		if err := cur.Decode(&d); err != nil {
			return err
		}
		if n := len(same); n > 0 && (same[n-1].Workspace != d.Workspace || same[n-1].Map != d.Map || same[n-1].ID != d.ID) {
			if err := separate(ctx, m, same); err != nil {
				return err
			}
			same = same[:0]
		}
		same = append(same, d)
	}
	if err := cur.Err(); err != nil {
		return err
	}
	return separate(ctx, m, same)
}

// separate revokes first: what a crash cuts off between the two is still
// found by the shared id, and ends the same.
func separate(ctx context.Context, m *engine.Mongo, same []shareDoc) error {
	set := func(d shareDoc, field string, v any) error {
		ctx, cancel := m.Deadline(ctx)
		defer cancel()
		_, err := m.DB.Collection(shares).UpdateOne(ctx, bson.D{{Key: "_id", Value: d.Hash}}, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: v}}}})
		if err != nil {
			return fmt.Errorf("separating shares of one id: %w", err)
		}
		return nil
	}
	for _, revoked := range same {
		if revoked.RevokedAt == nil {
			continue
		}
		for _, d := range same {
			if d.RevokedAt == nil {
				if err := set(d, "revoked_at", *revoked.RevokedAt); err != nil {
					return err
				}
			}
		}
		break
	}
	for i, d := range same {
		if i > 0 { // the oldest keeps the id
			if err := set(d, "id", ident.Derive("shr", d.ID, d.Hash)); err != nil {
				return err
			}
		}
	}
	return nil
}
