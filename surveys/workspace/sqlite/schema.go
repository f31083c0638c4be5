package sqlite

import "waymark/surveys/engine"

// Steps make the tables of the domain.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "workspace", SQL: `
CREATE TABLE workspaces (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
	id         TEXT PRIMARY KEY,
	workspace  TEXT NOT NULL,
	name       TEXT NOT NULL,
	scope      TEXT NOT NULL,
	hash       TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_workspace ON api_keys (workspace, created_at, id);

CREATE TABLE settings (
	workspace  TEXT PRIMARY KEY,
	version    INTEGER NOT NULL,
	document   BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	updated_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`}}
