// Package docs writes the description of the API as one page for people.
//
// Flow: the openapi.Document that /openapi.json is written from comes in, one
// page of HTML goes out, with the source list that its style needs in a policy.
//
// Invariant: the page says nothing of its own about a route; it asks no other
// server for anything and needs no scripts, and every problem's type leads to
// an anchor on it.
package docs
