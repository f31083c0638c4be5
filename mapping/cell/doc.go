// Package cell keeps the histograms that scores are read from, and proves them.
//
// A survey's responses are ordered by (occurred_at, id). A Node is a bucket
// of that order: a day, an hour, a minute, a second, a millisecond, and
// below, parts of one millisecond by the id's first characters. A bucket of
// at most MaxLeaf responses is a leaf, computed from the responses; a fuller
// one is split, computed from its children. So a roll-up reads at most about
// MaxLeaf rows however dense or sparse the answers are, and sparse history
// makes one node a day.
//
// Flow: RollUp reads a survey's marks, recomputes the touched leaves, then
// their ancestors, each by compare-and-set after reading its revision first,
// and clears the marks at the revision they were read at. Window merges the
// coarsest nodes that fill a window and reads responses only at its two edges.
// Verify recomputes every node from the responses by a separate, simple path.
//
// Invariant: nodes are recomputed, never incremented; once no marks are left
// they equal what Verify computes, to the last count.
package cell
