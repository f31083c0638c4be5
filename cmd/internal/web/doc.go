// Package web is the HTTP server: Fiber set up safely, the whole route table,
// authentication, idempotency, and the one place where a fault becomes a
// status.
//
// Flow: a request gets an id and a deadline; a route with a scope is
// authenticated; a POST with an Idempotency-Key is replayed or recorded; the
// domain's handler answers or returns a fault, which fail writes. A route for
// people has no scope but a secret in its path: its failures are pages, and what
// a network may look at, hand in and guess there is bounded.
//
// Invariant: bodies carry no request id, no path and no internal text, so
// that a foreign id answers byte for byte like an unknown one.
package web
