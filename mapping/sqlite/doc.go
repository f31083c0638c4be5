// Package sqlite keeps maps, their versions and shares in SQLite, under the
// contract of mapping.Store. It holds no rule of its own.
package sqlite
