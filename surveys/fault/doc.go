// Package fault holds the one error type of Waymark.
//
// Domain code raises an *Error with a Kind, a slug that stays stable for
// clients, a sentence for people and, where a document was refused, the
// pointers to its faulty places. Stores translate driver errors into it once.
// Only package web turns a Kind into an HTTP status.
//
// Invariant: no text of a driver, a path or a stack reaches Detail or Fields;
// what caused the fault travels in Err and goes to the log alone.
package fault
