// Package storetest is the conformance suite of workspace.Store and
// workspace.LeaseStore.
//
// Flow: the tests of each implementation call Run with a function that opens
// an empty store; Run checks every promise of the two interfaces on it, alone
// and under races, and then the service on top of it.
//
// Invariant: where two engines could differ, this suite says what is right.
package storetest
