// Package score turns histograms of answers into statistics: values, 95 %
// intervals, tests of change and the floors for small groups. It does no I/O
// and holds no state.
//
// Flow: cells carry integer counts per answer → Histogram.Merge adds the cells
// of a window → Histogram.Score gives the Estimate, Change compares two
// windows, BenjaminiHochberg adjusts the p values of one report.
//
// Invariant: a result depends on nothing but the integer counts. Sums are exact
// integers (128 bits where they must be), so neither the order of the answers
// nor the way they were split over cells can be seen in it, and the floating
// point part gives the same bits on every platform: each product stands in
// float64(), which forbids fusing it with an addition, and no function of
// package math is used whose last bit differs between architectures (Exp, Log
// and Erfc do). A test holds the source to that rule and the results to fixed bits.
package score
