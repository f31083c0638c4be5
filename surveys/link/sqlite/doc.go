// Package sqlite keeps links in SQLite, under the contract of link.Store. It
// holds no rule of its own.
package sqlite
