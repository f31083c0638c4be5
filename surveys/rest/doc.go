// Package rest is the Fiber glue that every http.go shares: reading bodies and
// queries strictly, entity tags, lists, and the acting key.
//
// Flow: cmd/internal/web authenticates, sets the Actor and a deadline, then
// calls a handler; the handler reads with this package, calls its service and
// answers with this package, or returns a fault for web to write.
//
// Invariant: nothing here names the status of a failure; only web does.
package rest
