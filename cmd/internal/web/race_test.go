//go:build race

package web_test

// oneOf says how many of the spoiled documents are tried: the race detector
// makes each many times slower, and finds no more in all of them.
const oneOf = 10
