package question

import "net/url"

// Values is a form in memory.
type Values url.Values

// Get gives the first value of a field.
func (v Values) Get(name string) string { return url.Values(v).Get(name) }

// All gives every value of a field.
func (v Values) All(name string) []string { return v[name] }

// Has reports whether the field was sent.
func (v Values) Has(name string) bool { return url.Values(v).Has(name) }
