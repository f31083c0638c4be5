package ident

import (
	"encoding/base64"
	"encoding/binary"

	"waymark/surveys/fault"
)

// Cursor is a place in a list ordered by (sequence, id), newest first. The
// zero value is the beginning.
type Cursor struct {
	Seq int64
	ID  string
}

// Zero reports whether c is the beginning.
func (c Cursor) Zero() bool { return c.Seq == 0 && c.ID == "" }

// String writes the cursor as clients carry it.
func (c Cursor) String() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.Seq))
	return base64.RawURLEncoding.EncodeToString(append(b, c.ID...))
}

// ParseCursor reads what String wrote; anything else is Malformed.
func ParseCursor(s string) (Cursor, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) <= 8 || len(b) > 8+160 {
		return Cursor{}, fault.New(fault.Malformed, "bad-cursor", "The cursor is not one that this list gave out.")
	}
	c := Cursor{Seq: int64(binary.BigEndian.Uint64(b)), ID: string(b[8:])}
	if c.String() != s { // the decoder passes line breaks over
		return Cursor{}, fault.New(fault.Malformed, "bad-cursor", "The cursor is not one that this list gave out.")
	}
	return c, nil
}

// MaxPage is how many things a page has at most, UsualPage where nobody says.
const (
	MaxPage   = 100
	UsualPage = 20
)

// Page is a part of a list: at most Limit things after Cursor.
type Page struct {
	Limit  int
	Cursor Cursor
}

// Cut makes a page of what a store read with one thing more than the page
// holds, which only says that there is a next one. place tells where a thing
// stands in the list.
func Cut[T any](list []T, p Page, place func(T) Cursor) (page []T, next Cursor) {
	if len(list) <= p.Limit {
		return list, Cursor{}
	}
	return list[:p.Limit], place(list[p.Limit-1])
}
