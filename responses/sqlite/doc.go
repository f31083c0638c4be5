// Package sqlite keeps responses in SQLite, under the contract of
// responses.Store. It holds no rule of its own. The mark is a column of the
// response's own row, so no crash can part them; a partial index finds marks.
package sqlite
