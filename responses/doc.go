// Package responses takes, checks, lists, exports and erases answers.
//
// Flow: Service.Take reads the survey's Head, checks the answers against the
// pinned version, stores one document with its mark, and only then
// acknowledges. The mark names the instants whose cells must be recomputed;
// package mapping/cell reads marks, recomputes, and clears each mark at the
// revision it was read at.
//
// Service.HandIn takes what is answered step by step on a page: all hand-ins of
// a visit make one response, which is partial until it is complete or a vote. A
// response that falls under a quota holds a slot of package quota while it counts.
//
// Invariant: an acknowledged response is durable, and whatever changes what a
// response counts sets a mark in the same document. However many hand-ins of a
// visit come at once, one compare-and-set after the other decides.
package responses
