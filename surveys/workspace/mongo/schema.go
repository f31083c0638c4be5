package mongo

import (
	"go.mongodb.org/mongo-driver/bson"

	"waymark/surveys/engine"
	"waymark/surveys/ident"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
)

// The collections of the domain. All but keys and leases are looked up by an
// _id that is the workspace's.
const (
	workspacesCollection = "workspaces"
	keysCollection       = "api_keys"
	settingsCollection   = "settings"
	leasesCollection     = "leases"
)

// Steps make the indexes of the domain.
var Steps = []engine.MongoStep{{Version: 1, Domain: "workspace", Collection: keysCollection, Indexes: []engine.MongoIndex{
	{Name: "workspace_created", Keys: bson.D{{Key: "workspace", Value: 1}, {Key: "created_at", Value: 1}, {Key: "_id", Value: 1}}},
}}}

type workspaceDoc struct {
	ID        string `bson:"_id"`
	Name      string `bson:"name"`
	CreatedAt int64  `bson:"created_at"` // milliseconds since 1970, as all times here
}

func (d workspaceDoc) workspace() workspace.Workspace {
	return workspace.Workspace{ID: ident.Workspace(d.ID), Name: d.Name, CreatedAt: when.Milli(d.CreatedAt)}
}

type keyDoc struct {
	ID        string `bson:"_id"`
	Workspace string `bson:"workspace"`
	Name      string `bson:"name"`
	Scope     string `bson:"scope"`
	Hash      string `bson:"hash"`
	CreatedAt int64  `bson:"created_at"`
	RevokedAt *int64 `bson:"revoked_at"`
}

func (d keyDoc) key() workspace.Key {
	k := workspace.Key{ID: d.ID, Workspace: ident.Workspace(d.Workspace), Name: d.Name, Scope: ident.Scope(d.Scope),
		Hash: d.Hash, CreatedAt: when.Milli(d.CreatedAt)}
	if d.RevokedAt != nil {
		at := when.Milli(*d.RevokedAt)
		k.RevokedAt = &at
	}
	return k
}

type settingsDoc struct {
	Workspace string `bson:"_id"`
	Version   int64  `bson:"version"`
	Document  []byte `bson:"document"`
	CreatedAt int64  `bson:"created_at"`
	UpdatedAt int64  `bson:"updated_at"`
	UpdatedBy string `bson:"updated_by"`
}

type leaseDoc struct {
	Name   string `bson:"_id"`
	Holder string `bson:"holder"`
	Until  int64  `bson:"until"`
}
