// Package mongo keeps workspaces, keys, settings and leases in MongoDB.
//
// Flow: every operation has the engine's deadline and goes to the primary with
// the client's write concern; driver errors become faults here, once.
//
// Invariant: each write is one document's insert or compare-and-set. What
// users wrote stands only as a value of typed documents, never as an operator.
// No rule of the domain lives here.
package mongo
