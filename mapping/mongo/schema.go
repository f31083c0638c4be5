package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
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
func ownIDs(ctx context.Context, db *mongo.Database) error {
	cur, err := db.Collection(shares).Find(ctx, bson.D{}, options.Find().SetSort(asc("workspace", "map", "id", "seq", "_id")))
	if err != nil {
		return err
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	var same []shareDoc // the shares of one id, oldest first
	for cur.Next(ctx) {
		var d shareDoc
		if err := cur.Decode(&d); err != nil {
			return err
		}
		if n := len(same); n > 0 && (same[n-1].Workspace != d.Workspace || same[n-1].Map != d.Map || same[n-1].ID != d.ID) {
			if err := separate(ctx, db, same); err != nil {
				return err
			}
			same = same[:0]
		}
		same = append(same, d)
	}
	if err := cur.Err(); err != nil {
		return err
	}
	return separate(ctx, db, same)
}

// separate revokes first: what a crash cuts off between the two is still
// found by the shared id, and ends the same.
func separate(ctx context.Context, db *mongo.Database, same []shareDoc) error {
	set := func(d shareDoc, field string, v any) error {
		_, err := db.Collection(shares).UpdateOne(ctx, bson.D{{Key: "_id", Value: d.Hash}}, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: v}}}})
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
