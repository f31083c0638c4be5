package responses

import (
	"encoding/json"
	"strings"

	"github.com/valyala/fastjson"
)

// MatchesContent decides what no index can: segments and literal text. Both
// engines call it, so that they cannot differ in what a text is.
func (f Filter) MatchesContent(r Response) bool {
	for _, s := range f.Segments {
		if v, ok := r.Properties[s.Name]; !ok || v != s.Value {
			return false
		}
	}
	return f.Text == "" || contains(r.Answers, strings.ToLower(f.Text))
}

func contains(answers []byte, text string) bool {
	var v any
	if json.Unmarshal(answers, &v) != nil {
		return false
	}
	return textIn(v, text)
}

func textIn(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(strings.ToLower(v), text)
	case []any:
		for _, e := range v {
			if textIn(e, text) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if textIn(e, text) {
				return true
			}
		}
	}
	return false
}

var parsers fastjson.ParserPool

// ParseProperties reads a JSON object of strings as stores keep it.
func ParseProperties(b []byte) (map[string]string, error) {
	p := parsers.Get()
	defer parsers.Put(p)
	v, err := p.ParseBytes(b)
	if err != nil {
		return nil, err
	}
	o, err := v.Object()
	if err != nil {
		return nil, err
	}
	m := make(map[string]string, o.Len())
	o.Visit(func(k []byte, v *fastjson.Value) { m[string(k)] = string(v.GetStringBytes()) })
	return m, nil
}
