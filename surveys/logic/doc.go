// Package logic is the expression language of surveys, api.md §7: what shows
// a question, what makes it required, where a jump goes, what a calculated
// value is, and which earlier answers stand in a text.
//
// Flow: Parse reads an expression once; Check types it against the names that
// are known where it stands, and gives what publishing must refuse; Eval
// computes it from answers. Node's JSON is what the survey's page evaluates
// with logic.js, so that the page never parses.
//
// NewFlow puts the expressions of a survey together, and Walk follows answers through it.
//
// Invariant: an expression that Check passed never fails. Unanswered is null,
// comparing or calculating with null gives null, and `and` and `or` are
// three-valued. Go and JavaScript agree on every case of testdata/cases.json.
package logic
