// Package link holds the links by which people come to a survey: who has one
// may answer.
//
// Flow: Make and Preview store a link of which the author is told the token,
// once; the page asks ByToken with each request; Revoke ends a link at once.
// What a link says of its answers (properties, language, how many are taken)
// is obeyed by whoever takes them.
//
// Invariants: of the token only a hash is stored, bound to its purpose, so that
// no other secret opens a survey; nothing is cached, so a revoked link is
// refused by the next request in every process. Unknown, revoked and expired
// tokens cannot be told apart. Two stores exist, in the packages sqlite and
// mongo; both pass storetest.
package link
