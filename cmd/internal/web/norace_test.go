//go:build !race

package web_test

// oneOf says how many of the spoiled documents are tried: all.
const oneOf = 1
