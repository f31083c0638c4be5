// Package mapping holds journey maps and puts today's scores on their stages.
//
// Flow: a map document is checked, stored and versioned whole; Scores asks
// which surveys are bound to the map, reads the window of each from package
// cell, adds the histograms within each series, applies the floors, and
// answers one value from which JSON, HTML and SVG are made.
//
// Invariant: a Scores value is a pure function of stored responses, published
// versions, the map and the window; nothing in it is counted incrementally.
package mapping
