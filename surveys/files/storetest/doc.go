// Package storetest is the conformance suite of files.Store: both engines pass
// it, and where they differ it is the judge.
package storetest
