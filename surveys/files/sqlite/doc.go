// Package sqlite keeps files in SQLite, under the contract of files.Store. It
// holds no rule of its own.
package sqlite
