package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described reads the served document as a stranger would and holds requests
// and answers to it. It shares no code with what wrote the document.
type described struct {
	doc      map[string]any
	ops      map[string]described1
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

// described1 is an operation as the document tells it.
type described1 struct {
	id, method, path string
	at               string // pointer into the document
	spec             map[string]any
}

// forPeople tells that it is opened by a secret link, and that its failures are pages.
func (op described1) forPeople() bool {
	return strings.HasPrefix(op.path, "/m/{token}") || strings.HasPrefix(op.path, "/s/{token}")
}

func readDescription(doc []byte) (*described, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return nil, err
	}
	closeObjects(v, false)
	d := &described{doc: v.(map[string]any), ops: map[string]described1{}, schemas: map[string]*jsonschema.Schema{}, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("mem:///openapi.json", v); err != nil {
		return nil, err
	}
	for path, item := range d.doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			spec := op.(map[string]any)
			id := spec["operationId"].(string)
			d.ops[id] = described1{id: id, method: strings.ToUpper(method), path: path, at: "/paths/" + escape(path) + "/" + method, spec: spec}
		}
	}
	return d, nil
}

// closeObjects makes every object that names its keys refuse others: clients
// must bear new keys, this test must find each one that is not described. The
// parts of an allOf stay open, since each sees the keys of the others.
func closeObjects(v any, open bool) {
	switch v := v.(type) {
	case map[string]any:
		keys, names := v["properties"].(map[string]any)
		_, typed := v["type"].(string) // a schema, and not a key of the name
		if names && typed && !open {
			if _, says := v["additionalProperties"]; !says {
				v["additionalProperties"] = false
			}
		}
		for k, e := range v {
			switch {
			case k == "allOf":
				for _, part := range e.([]any) {
					closeObjects(part, true)
				}
			case k == "properties" && typed:
				for _, key := range keys {
					closeObjects(key, false)
				}
			case k != "example" && k != "examples":
				closeObjects(e, false)
			}
		}
	case []any:
		for _, e := range v {
			closeObjects(e, false)
		}
	}
}

func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// follow resolves a reference of the document.
func (d *described) follow(v any) map[string]any {
	m, _ := v.(map[string]any)
	for m != nil {
		ref, ok := m["$ref"].(string)
		if !ok {
			return m
		}
		var at any = d.doc
		for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at = at.(map[string]any)[strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")]
		}
		m, _ = at.(map[string]any)
	}
	return nil
}

// fits holds a JSON value to the schema at the pointer.
func (d *described) fits(pointer string, value any) error {
	s := d.schemas[pointer]
	if s == nil {
		var err error
		// Braces of path templates must not be read as a URL's.
		if s, err = d.compiler.Compile("mem:///openapi.json#" + (&url.URL{Path: pointer}).EscapedPath()); err != nil {
			return fmt.Errorf("the schema at %s: %w", pointer, err)
		}
		d.schemas[pointer] = s
	}
	return s.Validate(value)
}

// fitsJSON is fits for a text of JSON.
func (d *described) fitsJSON(pointer string, body []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return d.fits(pointer, v)
}

// request is a call of an operation.
type request struct {
	path   map[string]string
	query  string
	header http.Header
	body   []byte
}

// checkRequest tells how a request is not as the document says.
func (d *described) checkRequest(op described1, r request) (faults []string) {
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	query, err := url.ParseQuery(r.query)
	if err != nil {
		add("query: %v", err)
	}
	list, _ := op.spec["parameters"].([]any)
	names := map[string]bool{}
	for i, raw := range list {
		p := d.follow(raw)
		name, in := p["name"].(string), p["in"].(string)
		names[in+" "+name] = true
		var values []string
		switch in {
		case "path":
			values = []string{r.path[name]}
		case "query":
			values = query[name]
		case "header":
			values = r.header.Values(name)
		}
		if needed, _ := p["required"].(bool); needed && len(values) == 0 {
			add("%s %s is missing", in, name)
			continue
		}
		at := fmt.Sprintf("%s/parameters/%d/schema", op.at, i)
		schema := d.follow(p["schema"])
		if schema["type"] == "array" {
			at, schema = at+"/items", d.follow(schema["items"])
		} else if len(values) > 1 {
			add("%s %s stands there twice", in, name)
		}
		for _, v := range values {
			if err := d.fits(at, textAs(schema, v)); err != nil {
				add("%s %s=%q: %v", in, name, v, err)
			}
		}
	}
	for name := range query {
		if !names["query "+name] {
			add("query %s is not described", name)
		}
	}
	for _, name := range []string{"If-Match", "If-None-Match", "Idempotency-Key"} {
		if r.header.Get(name) != "" && !names["header "+name] {
			add("header %s is not described", name)
		}
	}
	if _, takes := op.spec["requestBody"]; takes {
		if err := d.fitsBody(op.at+"/requestBody/content", d.follow(op.spec["requestBody"])["content"], r.header.Get("Content-Type"), r.body); err != nil {
			add("body: %v", err)
		}
	} else if len(r.body) > 0 {
		add("a body is not described")
	}
	return faults
}

// textAs reads a parameter as the type that its schema says.
func textAs(schema map[string]any, s string) any {
	if schema["type"] == "integer" || schema["type"] == "number" {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return json.Number(s)
		}
	}
	return s
}

// fitsBody holds a body to what is described for its media type.
func (d *described) fitsBody(at string, content any, mediaType string, body []byte) error {
	kinds, _ := content.(map[string]any)
	if kind, params, err := mime.ParseMediaType(mediaType); err == nil && kind == "multipart/form-data" {
		fields, err := fieldsOf(body, params["boundary"])
		if err != nil || kinds[kind] == nil {
			return fmt.Errorf("a form %v: %w", keysOf(kinds), err)
		}
		return d.fits(at+"/"+escape(kind)+"/schema", fields)
	}
	if mediaType == plainForm {
		fields, err := url.ParseQuery(string(body))
		if err != nil || kinds[plainForm] == nil {
			return fmt.Errorf("a form %v: %w", keysOf(kinds), err)
		}
		one := map[string]any{}
		for name, values := range fields {
			if one[name] = values[0]; len(values) > 1 {
				one[name] = []any{}
				for _, v := range values {
					one[name] = append(one[name].([]any), v)
				}
			}
		}
		return d.fits(at+"/"+escape(plainForm)+"/schema", one)
	}
	media, known := kinds[mediaType].(map[string]any)
	if !known {
		return fmt.Errorf("the content type %q is not among those described: %v", mediaType, keysOf(kinds))
	}
	at += "/" + escape(mediaType) + "/schema"
	schema := d.follow(media["schema"])
	if _, lines := schema["contentSchema"]; lines {
		for i, line := range bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n")) {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if err := d.fitsJSON(at+"/contentSchema", line); err != nil {
				return fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		return nil
	}
	if !strings.Contains(mediaType, "json") {
		return d.fits(at, string(body))
	}
	return d.fitsJSON(at, body)
}

const plainForm = "application/x-www-form-urlencoded"

// fieldsOf reads a form as a stranger would.
func fieldsOf(body []byte, boundary string) (map[string]any, error) {
	fields := map[string]any{}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		fields[p.FormName()] = string(value)
	}
}

var watched = []string{"ETag", "Location", "Link", "Retry-After", "Content-Disposition", "WWW-Authenticate", "X-Request-Id"}

// checkAnswer tells how an answer is not as the document says.
func (d *described) checkAnswer(op described1, status int, header http.Header, body []byte) (faults []string) {
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	responses := op.spec["responses"].(map[string]any)
	code := strconv.Itoa(status)
	if responses[code] == nil {
		return []string{fmt.Sprintf("the status %d is not described: %.2000s", status, body)}
	}
	spec := d.follow(responses[code])
	at := op.at + "/responses/" + code
	headers, _ := spec["headers"].(map[string]any)
	for name, raw := range headers {
		h := d.follow(raw)
		value := header.Get(name)
		if needed, _ := h["required"].(bool); needed && value == "" {
			add("the header %s is missing", name)
		}
		if value == "" {
			continue
		}
		pattern, _ := d.follow(h["schema"])["pattern"].(string)
		if pattern != "" && !regexp.MustCompile(pattern).MatchString(value) {
			add("the header %s: %q is not of the form %s", name, value, pattern)
		}
	}
	for _, name := range watched {
		if header.Get(name) != "" && headers[name] == nil {
			add("the header %s is not described", name)
		}
	}
	if spec["content"] == nil {
		if len(body) > 0 {
			add("a body is not described: %q", body)
		}
		return faults
	}
	if err := d.fitsBody(at+"/content", spec["content"], header.Get("Content-Type"), body); err != nil {
		add("body: %v\n%.2000s", err, body)
	}
	return faults
}

func keysOf(m map[string]any) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
