// Package workspace holds tenants, their API keys and settings, and the leases
// that let one process at a time do a thing.
//
// Flow: a key "wm_{id}_{secret}" is looked up by its id part and compared in
// constant time; what comes out is the ident.Actor that every later call
// carries. Settings are one document per workspace, changed by compare-and-set.
//
// Invariant: a secret is stored as a hash only, and a revoked key is refused
// by every process from the moment Revoke returned: nothing here is cached.
package workspace
