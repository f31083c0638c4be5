// Package storetest is the conformance suite of workspace.Store: both engines
// pass it, and where they differ it is the judge.
package storetest
