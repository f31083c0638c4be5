package openapi

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Named is a schema that has a name in the document.
type Named struct {
	Name string
	Schema
	goType reflect.Type // what the program reads or writes; nil where there is no one type
	given  bool         // written by the program
	part   bool         // the type has more keys
}

// Sent is what the program reads into a T: no other keys than these are taken.
func Sent[T any](name, text string, keys ...Key) Named {
	return Named{Name: name, Schema: Schema{Type: "object", Keys: keys, Closed: true, Text: text}, goType: reflect.TypeFor[T]()}
}

// PartOf is Sent for one of several objects that the program reads into a T:
// it has no key that T has not, and need not have all of them.
func PartOf[T any](name, text string, keys ...Key) Named {
	n := Sent[T](name, text, keys...)
	n.part = true
	return n
}

// Given is what the program writes from a T. A key is always there unless
// T leaves it out where it is zero.
func Given[T any](name, text string, keys ...Key) Named {
	fields := map[string]field{}
	collect(reflect.TypeFor[T](), fields)
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Needed = !fields[keys[i].Name].omitted
	}
	return Named{Name: name, Schema: Schema{Type: "object", Keys: keys, Text: text}, goType: reflect.TypeFor[T](), given: true}
}

// Name gives a schema a name.
func Name(name string, s Schema) Named { return Named{Name: name, Schema: s} }

// Wrapped is a Go type that stands for another one in JSON.
type Wrapped interface {
	// JSONType gives that type, and whether null is taken too.
	JSONType() (t reflect.Type, null bool)
}

// field is a key that a Go type has in JSON.
type field struct {
	reflect.Type
	omitted bool // left out where it is zero
}

// collect lists the keys of a struct, those of what it embeds too.
func collect(t reflect.Type, into map[string]field) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case f.Anonymous && name == "":
			collect(f.Type, into)
		case name == "": // ",embed": keys that are not the type's own
		default:
			into[name] = field{f.Type, strings.Contains(options, "omitzero")}
		}
	}
}

// drift tells where the schema is not that of its Go type.
func (n Named) drift(all map[string]Named) (faults []string) {
	if n.goType == nil {
		return nil
	}
	fields := map[string]field{}
	collect(n.goType, fields)
	add := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("schema %s (%s): ", n.Name, n.goType)+fmt.Sprintf(format, args...))
	}
	seen := map[string]bool{}
	for _, k := range n.Keys {
		f, there := fields[k.Name]
		switch {
		case !there:
			add("the type has no key %q", k.Name)
		case seen[k.Name]:
			add("the key %q stands here twice", k.Name)
		default:
			if wrong := mismatch(f.Type, k.Schema, n.given, all); wrong != "" {
				add("key %q: %s", k.Name, wrong)
			}
		}
		seen[k.Name] = true
	}
	for name := range fields {
		if !seen[name] && !n.part {
			add("the key %q is not described", name)
		}
	}
	slices.Sort(faults)
	return faults
}

// mismatch tells how a schema differs from a Go type in what a type says:
// the JSON type, whether null may stand there, and which object it is.
func mismatch(t reflect.Type, s Schema, given bool, all map[string]Named) string {
	null := false
	if w, ok := reflect.Zero(t).Interface().(Wrapped); ok {
		t, null = w.JSONType()
	}
	for t.Kind() == reflect.Pointer {
		t, null = t.Elem(), true
	}
	want := jsonType(t)
	if want == "" {
		return ""
	}
	if given && want == "object" && t.Kind() == reflect.Map {
		null = s.Null // a nil map may be written either way
	}
	if s.Null != null {
		return fmt.Sprintf("null is taken: %v by the type, %v by the schema", null, s.Null)
	}
	if s.Type == "null" {
		return ""
	}
	if s.Ref != "" {
		target, known := all[s.Ref]
		if !known {
			return "there is no schema " + s.Ref
		}
		if target.goType != nil && target.goType != t {
			return fmt.Sprintf("the type is %s, the schema that of %s", t, target.goType)
		}
		s = target.Schema
	}
	if s.Type != want && (s.Type != "" || s.Any == nil) {
		return fmt.Sprintf("the type is a JSON %s, the schema says %q", want, s.Type)
	}
	if want == "array" && s.Items != nil {
		if wrong := mismatch(t.Elem(), *s.Items, given, all); wrong != "" {
			return "its elements: " + wrong
		}
	}
	return ""
}

var (
	textType = reflect.TypeFor[encoding.TextMarshaler]()
	raw      = reflect.TypeFor[jsontext.Value]()
)

// jsonType is the JSON type of a Go type; empty where it says nothing.
func jsonType(t reflect.Type) string {
	switch {
	case t == raw || t.Kind() == reflect.Interface || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return ""
	case t.Implements(textType):
		return "string"
	}
	if _, own := reflect.PointerTo(t).MethodByName("UnmarshalJSONFrom"); own && t.Kind() == reflect.Struct {
		return "" // it reads several types
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	}
	return ""
}
