// Package mongo keeps cells in MongoDB.
//
// Flow: a node is one document, named by workspace, survey, level, start and
// prefix in an _id whose byte order is the order of nodes, so that ranges
// need no other index. Names and values that users chose stand only as values.
//
// Invariant: each put is one insert or one update filtered by the revision. No
// rule of the domain lives here.
package mongo
