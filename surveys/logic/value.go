package logic

import (
	"math"
	"slices"
)

// Kind is what sort of thing a value is.
type Kind uint8

// The kinds. Date is a text of the form 2006-01-02, which also has an order.
const (
	Null Kind = iota
	Number
	Text
	Date
	Bool
	List   // option ids, in the order of the answer
	Record // rows of a matrix and files: only answered and count take it
)

func (k Kind) String() string {
	return [...]string{"nothing", "a number", "a text", "a date", "true or false", "a list", "a group"}[k]
}

// Value is what an expression gives. The zero Value is null.
type Value struct {
	kind Kind
	num  float64
	text string
	list []string
}

// Num gives a number; null where f is none (division by zero, overflow).
func Num(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: Number, num: f + 0} // no negative zero: it would be written otherwise
}

// Str gives a text.
func Str(s string) Value { return Value{kind: Text, text: s} }

// Truth gives true or false.
func Truth(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.num = 1
	}
	return v
}

// Ids gives a list; null where it is empty, as nothing was answered.
func Ids(list []string) Value {
	if len(list) == 0 {
		return Value{}
	}
	return Value{kind: List, list: list}
}

// Group gives a record of n answered parts; null where n is 0.
func Group(n int) Value {
	if n == 0 {
		return Value{}
	}
	return Value{kind: Record, num: float64(n)}
}

// IsNull reports whether there is no value.
func (v Value) IsNull() bool { return v.kind == Null }

// IsTrue reports whether v is true: null and every other value are not.
func (v Value) IsTrue() bool { return v.kind == Bool && v.num == 1 }

// Float gives the number that v is.
func (v Value) Float() (float64, bool) { return v.num, v.kind == Number }

// Text gives the text that v is.
func (v Value) Text() (string, bool) { return v.text, v.kind == Text }

// List gives the list that v is.
func (v Value) List() ([]string, bool) { return v.list, v.kind == List }

// Any gives v as JSON would hold it: nil, float64, string, bool or []string.
func (v Value) Any() any {
	switch v.kind {
	case Number:
		return v.num
	case Text:
		return v.text
	case Bool:
		return v.num == 1
	case List:
		return v.list
	case Record:
		return v.num
	}
	return nil
}

// equal compares two values of which none is null.
func (v Value) equal(w Value) bool {
	return v.kind == w.kind && v.num == w.num && v.text == w.text && slices.Equal(v.list, w.list)
}

// size is how many things were answered.
func (v Value) size() int {
	switch v.kind {
	case Null:
		return 0
	case List:
		return len(v.list)
	case Record:
		return int(v.num)
	}
	return 1
}
