// Package mongo keeps idempotency records in MongoDB.
//
// Flow: every operation has the engine's deadline and goes to the primary with
// the client's write concern; driver errors become faults here, once.
//
// Invariant: a record's _id is workspace + "/" + id, so every filter is of one
// workspace; each write is one document's insert or compare-and-set.
package mongo
