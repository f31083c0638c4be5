// Package workspace holds the tenants: workspaces, their API keys and
// settings, and the leases by which processes agree who sweeps.
//
// Flow: the command line makes workspaces and keys (Bootstrap, CreateKey);
// every request goes through Authenticate, which gives the Actor that all
// other domains scope their queries with; settings are read by whoever obeys
// them and replaced as a whole by compare-and-set.
//
// Invariants: a workspace's id is derived from its name, so the primary key
// alone keeps a name from being two tenants. Of a key's secret only a hash is
// stored. A revoked key is refused by the first request that begins after the
// revocation, in every process: nothing is cached. Two stores exist, in the
// packages sqlite and mongo; both pass storetest.
package workspace
