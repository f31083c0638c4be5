// Package storetest is the conformance suite of idempotency.Store.
//
// Flow: the tests of each implementation call Run with a function that opens
// an empty store; Run checks every promise of the interface, alone and under
// races, and the protocol of the service on top of it.
//
// Invariant: where two engines could differ, this suite says what is right.
package storetest
