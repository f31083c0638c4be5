// Package demo fills a store with a sample shop and lets its customers answer.
//
// Flow: Seed makes the map, its surveys and 90 days of answers through the
// same services as the API, with a clock that stands where the story is;
// Live goes on at today's pace: its customers answer on the surveys' pages.
//
// Invariant: what is seeded depends on the seed and on the instant it ends,
// and on nothing else.
package demo
