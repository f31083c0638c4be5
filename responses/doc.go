// Package responses takes, checks, lists, exports and erases answers.
//
// Flow: Service.Take reads the survey's Head, checks the answers against the
// pinned version, stores one document with its mark, and only then
// acknowledges. The mark names the instants whose cells must be recomputed;
// package mapping/cell reads marks, recomputes, and clears each mark at the
// revision it was read at.
//
// Invariant: an acknowledged response is durable, and whatever changes what a
// response counts sets a mark in the same document.
package responses
