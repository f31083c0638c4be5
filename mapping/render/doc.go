// Package render draws a journey map with its scores.
//
// Flow: NewView turns one snapshot (a document and its scores) into everything
// that is said about it, in one language: words, formatted numbers and plain
// positions. SVG and HTML are made from that View and add no words of their
// own.
//
// Invariant: every format of a request comes from the same snapshot value, the
// output depends on nothing else, and texts of users are data in all of them.
package render
