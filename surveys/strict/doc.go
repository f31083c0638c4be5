// Package strict reads JSON from outside and nothing but what was agreed:
// valid UTF-8, no NUL, no duplicate or unknown key, no key with "$" or ".",
// no number beyond 2^53, bounded depth.
//
// Flow: http.go files hand a body to Decode, which answers a fault whose
// pointers name every place, or fills the value.
//
// Invariant: what Decode accepted can be stored and shown without looking at
// its encoding again.
package strict
