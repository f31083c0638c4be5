// Package enginetest opens engines for the tests of the stores.
//
// Flow: SQLite gives a migrated file in the test's own directory. Mongos runs
// the test once on each server that WAYMARK_TEST_FERRET_URI and
// WAYMARK_TEST_MONGO_URI name, in a database of the test's own that is dropped
// at its end, and skips with a sentence where neither is set. A watch fails the
// test for a write with a weaker concern than majority with journal, and for
// anything that runs without the deadline of an operation.
//
// Invariant: no test sees what another one stored. Only tests import this
// package.
package enginetest
