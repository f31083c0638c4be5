// Package mongo keeps workspaces, keys, settings and leases in MongoDB, under
// the contract of workspace.Store. It holds no rule of its own.
package mongo
