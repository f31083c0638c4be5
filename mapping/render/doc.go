// Package render draws a journey map with its scores.
//
// Flow: NewView turns one snapshot (a document and its scores) into everything
// that is said about it, in one language: words, formatted numbers and plain
// positions. column draws a stage's scores for any width; SVG sets the columns
// side by side, HTML lets them follow the screen, and prints them as tables.
// None of them adds words of its own.
//
// Invariant: every format of a request comes from the same snapshot value, the
// output depends on nothing else, and texts of users are data in all of them.
package render
