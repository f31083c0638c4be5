// Package sqlite keeps workspaces, keys, settings and leases in SQLite, under
// the contract of workspace.Store. It holds no rule of its own.
package sqlite
