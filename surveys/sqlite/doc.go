// Package sqlite keeps surveys in SQLite, under the contract of
// surveys.Store. It holds no rule of its own.
package sqlite
