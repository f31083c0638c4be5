// Package idempotency makes a repeated POST harmless: for 24 hours the same
// Idempotency-Key with the same body gets the same answer.
//
// Flow: before a POST runs, Begin stores a record for (workspace, scope, key).
// Whoever finds one that is finished replays its answer; everybody else
// proceeds, and derives the ids of what is made from the record (DerivedID).
// After it ran, Finish stores the answer; of two calls at once the first
// answer to be stored is the answer of both.
//
// Invariants: a record is one document and changes only by insert and
// compare-and-set. Calls that proceed with one record derive the same ids, so
// the unique key of what they make holds even where a crash came between the
// making and Finish. Neither the key nor the body is stored, only their hashes,
// and the answer's body only sealed with a secret that is not stored (Seal).
package idempotency
