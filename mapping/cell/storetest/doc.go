// Package storetest is the conformance suite that every store of cells passes.
//
// Flow: Run opens an empty store for each case through the function it is
// given, and checks what package cell's Store promises.
//
// Invariant: a difference between engines is settled here. Only tests import
// this package.
package storetest
