package workspace

import (
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
)

// value is a key that may be absent but not null.
type value[T any] struct {
	set bool
	v   T
}

// UnmarshalJSONFrom reads a T and refuses null, which json takes for nothing.
func (o *value[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == 'n' {
		if err := d.SkipValue(); err != nil {
			return err
		}
		return fault.New(fault.Malformed, "null", "null is not taken here; leave the key out for the default.")
	}
	o.set = true
	return json.UnmarshalDecode(d, &o.v)
}

// JSONType implements openapi.Wrapped.
func (value[T]) JSONType() (reflect.Type, bool) { return reflect.TypeFor[T](), false }

// or gives the value, or otherwise where the key is absent.
func (o value[T]) or(otherwise T) T {
	if o.set {
		return o.v
	}
	return otherwise
}

// nullable is a key that may be absent (the default) or null (switched off).
type nullable[T any] struct {
	set  bool
	null bool
	v    T
}

// UnmarshalJSONFrom reads a T or null.
func (o *nullable[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	o.set = true
	if d.PeekKind() == 'n' {
		o.null = true
		return d.SkipValue()
	}
	return json.UnmarshalDecode(d, &o.v)
}

// JSONType implements openapi.Wrapped.
func (nullable[T]) JSONType() (reflect.Type, bool) { return reflect.TypeFor[T](), true }

// given reports a value that is neither absent nor null.
func (o nullable[T]) given() bool { return o.set && !o.null }

// or gives the value, the zero value for null, or otherwise where the key is absent.
func (o nullable[T]) or(otherwise T) T {
	if o.set {
		return o.v
	}
	return otherwise
}
