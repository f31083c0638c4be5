// Package sqlite keeps the slots of quotas in SQLite: a row for each number
// that was ever handed out, whose holder is NULL while it is free.
package sqlite
