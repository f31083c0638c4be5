// Package engine opens and migrates the two stores, SQLite and MongoDB, and
// knows nothing of a domain.
//
// Flow: each domain's sqlite and mongo packages publish their Steps; package
// app joins them, opens the engine, lets Migrate or Verify bring the schema
// in order, and hands the open engine to the domain stores.
//
// SQLite has one writer connection. Write hands it a function; a goroutine
// runs whatever waits in one transaction and commits once (group commit), with
// synchronous=FULL. Invariant: Write returns nil only after the commit, and so
// the sync, that holds its effects. On MongoDB the same promise is the write
// concern majority with journal, set on the client.
package engine
