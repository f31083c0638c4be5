package openapi

import (
	"slices"

	"waymark/surveys/ident"
)

// Schema is a JSON Schema (2020-12) as far as this API needs one. The zero
// value takes every JSON value.
type Schema struct {
	Ref  string // the name of a shared schema; the rest but Null and Text is then empty
	Type string // string, integer, number, boolean, array, object
	Null bool   // null is taken too

	Enum    []string
	Format  string
	Pattern string
	Least   *float64 // of a number
	Most    *float64
	// MinSize and MaxSize count characters, elements or keys, by Type; 0 is no bound.
	MinSize, MaxSize int

	Items  *Schema // of an array
	Unique bool

	Keys   []Key   // of an object
	Closed bool    // other keys than Keys are refused
	Values *Schema // of the keys that are not among Keys
	Names  *Schema // of those keys' names

	Any []Schema // at least one of these fits
	// By names the key whose value tells which one of Any it is: the one
	// whose When it is.
	By, When string

	Text    string // what it is, for people
	Default any
	Example any
}

// Key is a key of an object.
type Key struct {
	Name   string
	Schema Schema
	Needed bool
	Text   string
}

// Need is a key that must be there.
func Need(name string, s Schema, text string) Key { return Key{name, s, true, text} }

// May is a key that may be left out.
func May(name string, s Schema, text string) Key { return Key{name, s, false, text} }

// Ref is the shared schema of that name.
func Ref(name string) Schema { return Schema{Ref: name} }

// Text is a text of at most so many characters; 0 sets no bound.
func Text(most int) Schema { return Schema{Type: "string", MaxSize: most} }

// Filled is a Text that is not blank.
func (s Schema) Filled() Schema { s.MinSize, s.Pattern = 1, `\S`; return s }

// Form is a text of a form.
func Form(pattern, example string) Schema {
	return Schema{Type: "string", Pattern: pattern, Example: example}
}

// OneOf is one of the words.
func OneOf[S ~string](words ...S) Schema {
	s := Schema{Type: "string"}
	for _, w := range words {
		s.Enum = append(s.Enum, string(w))
	}
	return s
}

// Empty before a pattern lets the empty text pass.
const Empty = "^$|"

// OrEmpty takes the empty text too, which says as little as leaving the key out.
func (s Schema) OrEmpty() Schema {
	if s.Enum != nil {
		s.Enum = append(slices.Clone(s.Enum), "")
		return s
	}
	s.Pattern, s.Format, s.MinSize = Empty+s.Pattern, "", 0
	return s
}

// Bool is true or false.
func Bool() Schema { return Schema{Type: "boolean"} }

// Integer is a whole number, Number any; Between bounds it.
func Integer() Schema { return Schema{Type: "integer"} }

// Number is any number.
func Number() Schema { return Schema{Type: "number"} }

// Between bounds a number, both ends included.
func (s Schema) Between(least, most float64) Schema { s.Least, s.Most = &least, &most; return s }

// AtLeast bounds a number from below.
func (s Schema) AtLeast(least float64) Schema { s.Least = &least; return s }

// List is a list of such elements.
func List(of Schema) Schema { return Schema{Type: "array", Items: &of} }

// Sized bounds the number of characters, elements or keys.
func (s Schema) Sized(least, most int) Schema { s.MinSize, s.MaxSize = least, most; return s }

// Distinct refuses an element that stands in the list twice.
func (s Schema) Distinct() Schema { s.Unique = true; return s }

// Nothing is null: a key that is known and takes no value yet.
func Nothing() Schema { return Schema{Type: "null", Null: true} }

// Object has the keys, and may gain others in later versions.
func Object(keys ...Key) Schema { return Schema{Type: "object", Keys: keys} }

// Closed has the keys and takes no others.
func Closed(keys ...Key) Schema { return Schema{Type: "object", Keys: keys, Closed: true} }

// Binary is the bytes of a file.
func Binary() Schema { return Schema{Type: "string", Format: "binary"} }

// Open takes any other keys too: those of a standard that others wrote.
func (s Schema) Open() Schema { s.Values = &Schema{}; return s }

// Dictionary is an object whose keys the sender chooses.
func Dictionary(names, values Schema) Schema {
	return Schema{Type: "object", Names: &names, Values: &values}
}

// Either is one of several.
func Either(of ...Schema) Schema { return Schema{Any: of} }

// OrNull takes null too.
func (s Schema) OrNull() Schema { s.Null = true; return s }

// With says what it is.
func (s Schema) With(text string) Schema { s.Text = text; return s }

// Otherwise names what holds where it is left out.
func (s Schema) Otherwise(v any) Schema { s.Default = v; return s }

// Like gives an example.
func (s Schema) Like(v any) Schema { s.Example = v; return s }

// ID is an id of ours; its example is Sample's.
func ID(prefix string) Schema { return Form(ident.Form(prefix), Sample(prefix)) }

// Sample is the id that examples show for the prefix.
func Sample(prefix string) string { return ident.Derive(prefix, "example") }

// ChosenID is an id that users choose.
func ChosenID() Schema { return Form(ident.ChosenForm, "delivery") }

// Time is an instant as it may be sent: RFC 3339 with any offset.
func Time() Schema {
	return Schema{Type: "string", Format: "date-time", Example: "2026-11-20T09:30:00Z"}
}

// Instant is an instant as it is answered: UTC with milliseconds.
func Instant() Schema {
	return Schema{Type: "string", Format: "date-time", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$`, Example: "2026-11-20T09:30:00.000Z"}
}

// Day is a calendar day.
func Day() Schema {
	return Schema{Type: "string", Format: "date", Pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", Example: "2026-11-20"}
}

// Span is a duration of weeks, days, hours, minutes and seconds.
func Span() Schema {
	s := Form("^P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$", "P3D")
	s.MinSize = 3
	return s
}

// Language is a BCP 47 tag.
func Language() Schema {
	return Form("^([A-Za-z]{2,8}|[xXiI][_-][A-Za-z0-9]{1,8})([_-][A-Za-z0-9]{1,8})*$", "en")
}
