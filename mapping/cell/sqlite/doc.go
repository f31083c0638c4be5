// Package sqlite keeps cells in SQLite.
//
// Flow: a node is one row; its groups are one JSON blob. Reads go to the
// engine's read pool, writes through its group-commit writer.
//
// Invariant: each put is one statement whose row count decides the
// compare-and-set. No rule of the domain lives here.
package sqlite
