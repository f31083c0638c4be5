package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pixel is a picture: what a map takes as one cannot be made up.
const pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// whole makes a value of a schema with every key that there is.
func (s *story) whole(schema map[string]any) any {
	schema = s.follow(schema)
	if examples, ok := schema["examples"].([]any); ok {
		if text, ok := examples[0].(string); ok {
			if strings.HasPrefix(text, "data:image/") {
				return pixel
			}
			return s.live(text)
		}
		return examples[0]
	}
	for _, several := range []string{"oneOf", "anyOf"} {
		if list, ok := schema[several].([]any); ok {
			return s.whole(list[0].(map[string]any))
		}
	}
	if c, ok := schema["const"]; ok {
		return c
	}
	if e, ok := schema["enum"].([]any); ok {
		return e[0]
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok {
		kind = kinds[0].(string)
	}
	switch kind {
	case "null":
		return nil
	case "integer", "number":
		if n, ok := schema["minimum"]; ok {
			return n
		}
		return json.Number("1")
	case "boolean":
		return false
	case "array":
		items := s.follow(schema["items"])
		if list, ok := items["oneOf"].([]any); ok { // one of each
			var all []any
			for i, one := range list {
				v := s.whole(one.(map[string]any)).(map[string]any)
				v["id"] = fmt.Sprint(v["id"], i)
				all = append(all, v)
			}
			return all
		}
		return []any{s.whole(items)}
	case "object":
		v := map[string]any{}
		properties, _ := schema["properties"].(map[string]any)
		for name, p := range properties {
			v[name] = s.whole(p.(map[string]any))
		}
		if more, ok := schema["additionalProperties"].(map[string]any); ok {
			v[fmt.Sprint(s.whole(schema["propertyNames"].(map[string]any)))] = s.whole(more)
		}
		return v
	}
	return "x"
}

var index = regexp.MustCompile(`/[0-9]+`)

// spoiled gives a document with one thing changed, for each thing and change.
// Of the elements of a list that have a key in common, one is changed there.
func spoiled(doc any) (all map[string][]byte) {
	all = map[string][]byte{}
	done := map[string]bool{}
	var walk func(at string, v any, put func(any))
	walk = func(at string, v any, put func(any)) {
		keep := func(how string, other any) {
			put(other)
			b, err := json.Marshal(doc)
			if err != nil {
				panic(err)
			}
			all[at+" "+how] = b
			put(v)
		}
		kind := fmt.Sprintf("%s %T", index.ReplaceAllString(at, "/*"), v)
		if !done[kind] {
			for _, other := range []any{nil, "", "x", true, 0, -1, 1.5, 1e6, []any{}, map[string]any{}, map[string]any{"x": "x"}, strings.Repeat("y", 300), strings.Repeat("y", 10_001)} {
				b, _ := json.Marshal(other)
				keep("is "+string(b[:min(len(b), 20)])+fmt.Sprint(len(b)), other)
			}
		}
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				old := v[name]
				if !done[kind+name] {
					delete(v, name)
					keep("without "+name, v)
					v[name] = old
				}
				done[kind+name] = true
				walk(at+"/"+name, old, func(e any) { v[name] = e })
			}
			v["unheard_of"] = 1
			keep("with an unknown key", v)
			delete(v, "unheard_of")
		case []any:
			for i, old := range v {
				walk(fmt.Sprint(at, "/", i), old, func(e any) { v[i] = e })
			}
			if len(v) > 0 && !done[kind] {
				many := v
				for len(many) <= 600 {
					many = append(many, v...)
				}
				keep("over and over", many)
			}
		}
		done[kind] = true
	}
	walk("", doc, func(v any) { doc = v })
	return all
}

// mostly is the share, in percent, of what the server refuses that a schema
// must tell. The rest are references, which depend on what is stored. So do
// answers: their rules stand in the survey, and are left out of account.
const mostly = 97

// Over a document that uses every key, whatever one change makes of it: what
// the schema refuses the server refuses too, so that no client is told of a
// rule that is none; and of what the server refuses the schema tells nearly
// all, so that a client can know before it sends.
func TestTheSchemasOfBodiesAreTheRulesOfTheServer(t *testing.T) {
	s := prepare(t)
	seen := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(s.ops)) {
		op := s.ops[id]
		media, ok := s.content(op)["application/json"].(map[string]any)
		if !ok {
			continue
		}
		schema := media["schema"].(map[string]any)
		name := fmt.Sprint(schema["$ref"])
		if seen[name] || op.method == "PUT" && id != "replaceSettings" {
			continue // POST takes the same
		}
		seen[name] = true
		t.Run(id, func(t *testing.T) {
			at := op.at + "/requestBody/content/application~1json/schema"
			good := s.whole(schema)
			b, err := json.Marshal(good)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.fitsJSON(at, b); err != nil {
				t.Fatalf("the schema refuses a whole document: %v\n%s", err, b)
			}
			etag := ""
			send := func(body []byte) answer {
				r := s.good(id)
				r.body = body
				if etag != "" {
					r.header.Set("If-Match", etag)
				}
				got := s.unchecked(id, r)
				if tag := got.header.Get("ETag"); tag != "" && op.method != "POST" {
					etag = tag
				}
				return got
			}
			if got := send(b); got.status >= 300 {
				t.Fatalf("the server refuses a whole document: %d %s\n%s", got.status, got.body, b)
			}
			refused, told := 0, 0
			cases := spoiled(good)
			for i, how := range slices.Sorted(maps.Keys(cases)) {
				if i%oneOf != 0 {
					continue
				}
				invalid := s.fitsJSON(at, cases[how]) != nil
				got := send(cases[how])
				taken := got.status < 300 || got.status == 409 // the sender's id came before, all else is well
				switch {
				case taken && invalid:
					t.Errorf("%s: the server takes what the schema refuses", how)
				case got.status >= 500:
					t.Errorf("%s: %d %s", how, got.status, got.body)
				case taken, !invalid && strings.HasPrefix(how, "/answers"):
				case invalid:
					refused, told = refused+1, told+1
				default:
					refused++
					t.Logf("%s: the schema takes what the server refuses: %.300s", how, got.body)
				}
			}
			t.Logf("of %d documents %d were refused, %d of them by the schema too", len(cases)/oneOf, refused, told)
			if told*100 < refused*mostly {
				t.Errorf("only %d of %d are refused by the schema too", told, refused)
			}
		})
	}
}
