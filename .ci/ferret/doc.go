// Command ferret runs FerretDB over SQLite behind a small proxy, so that the
// MongoDB stores can be tested where no MongoDB is installed.
//
// Flow: FerretDB listens on a loopback port of its own; the proxy listens on
// --addr and hands each client connection a server connection. Every request
// is read whole, its command name is taken from the body section of OP_MSG, and
// its reply is read whole before the next request of that connection.
//
// Invariant: at most one command that is not known to only read is between the
// proxy and FerretDB at any instant. FerretDB updates by reading, filtering in
// Go and writing back, without which two racing compare-and-sets could both
// win. The proxy changes no byte and does nothing else.
//
// This is a module of its own, for tests only: none of it may enter the
// product's go.mod.
package main
