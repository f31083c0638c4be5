// Package ident makes and reads the names of things: opaque ids with a
// prefix, ids that users choose, secret tokens, API keys, and the acting
// workspace with its scopes.
//
// Flow: an id is either random (New) or derived from what must be unique
// (Derive), so that the primary key alone enforces uniqueness, under sharding
// too. Secrets are shown once and stored as hashes bound to a purpose.
//
// Invariant: an empty workspace is never valid (Workspace.Check fails closed).
package ident
