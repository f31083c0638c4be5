// Package sqlite keeps idempotency records in SQLite.
//
// Flow: reads go to the engine's read pool, writes through its group-commit
// writer; driver errors become faults here, once.
//
// Invariant: each write is one statement whose row count decides the
// compare-and-set.
package sqlite
