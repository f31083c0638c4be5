// Package app wires the program: it opens the engine that the configuration
// names, brings its schema in order, and joins stores, services and the HTTP
// server.
//
// Flow: Open → (Serve) → Close. The command line uses the services of an open
// App directly, beside a running server.
//
// Invariant: this is the only place that knows both engines, and the only one
// where the clock enters.
package app
