// Package importing turns the rows of a CSV file into responses.
//
// Flow: Open looks at the head of the file and at the mapping of its columns;
// Next gives one row after the other, as the JSON of a response or with the
// reason why it is none; a Sink stores them or only checks them.
//
// Invariant: each row stands alone. A row that cannot be read is told by the
// line it begins in, and the next one is not touched by it; memory does not
// grow with the file.
package importing
