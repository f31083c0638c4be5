// Package when holds how Waymark writes time: instants in UTC with
// milliseconds, and ISO 8601 durations down to seconds.
//
// Flow: RFC 3339 with any offset comes in, the same instant in UTC goes out;
// stores keep milliseconds since 1970.
//
// Invariant: a Time never carries more than a millisecond's precision, so
// that what was answered and what is stored compare as equal.
package when
