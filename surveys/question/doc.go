// Package question holds the question types: what a question of each type may
// say in a definition, what publishing demands of it, which answers it takes and
// how a table's cell reads as one, and what it measures.
//
// Flow: package surveys decodes a definition into Questions; Draft and Ready
// report what is wrong with one; Compile turns a good one into the Check that
// every answer to it goes through, and Demand into what a required one needs
// beyond that. Control tells a page what to show, Read makes an answer of what the
// page sends back, Fields shows it again. Symbol, Value and Say give the answer
// to expressions and texts.
//
// Invariant: a Check keeps no state and may run in many goroutines, and no form
// and no JSON makes any of this panic. Read(Fields(a)) is a. One file holds one
// type; the slice in question.go lists them, and nothing changes it. A type that
// is answered with a Kind of inputs that there is needs nothing elsewhere
// but its words, package words.
package question
