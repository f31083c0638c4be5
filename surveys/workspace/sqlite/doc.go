// Package sqlite keeps workspaces, keys, settings and leases in SQLite.
//
// Flow: reads go to the engine's read pool, writes through its group-commit
// writer; driver errors become faults here, once.
//
// Invariant: each write is one changing statement, and its row count or its
// primary key decides the compare-and-set. No rule of the domain lives here.
package sqlite
