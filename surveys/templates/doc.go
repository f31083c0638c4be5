// Package templates holds ready-made surveys: whole definitions, api.md §7,
// with their wording in every language of Languages, but for the map and the
// stage that they will ask about.
//
// Flow: Find gives a template, For writes it as a definition of a stage, which
// is sent like any other and may be changed before and after.
//
// Invariant: each publishes as it is, and package lint finds nothing in it. It
// begins with its score, measures each metric once, asks at most six questions
// on any way through it, and says every text in all its languages.
package templates
