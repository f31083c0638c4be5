package openapi

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object whose keys stand in the order of their adding:
// a document is read by people too.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSONTo writes the members in their order.
func (o object) MarshalJSONTo(e *jsontext.Encoder) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, m := range o {
		if err := e.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if err := json.MarshalEncode(e, m.value, json.Deterministic(true)); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

func (o *object) add(name string, value any) { *o = append(*o, member{name, value}) }

// text adds a text that is not empty.
func (o *object) text(name, value string) {
	if value != "" {
		o.add(name, value)
	}
}

// JSON writes the schema.
func (s Schema) JSON() object {
	var o object
	switch {
	case s.Ref != "" && s.Null:
		o.add("anyOf", []object{{{"$ref", "#/components/schemas/" + s.Ref}}, {{"type", "null"}}})
	case s.Ref != "":
		o.add("$ref", "#/components/schemas/"+s.Ref)
	case s.Null && s.Any != nil:
		o.add("anyOf", append(schemas(s.Any), object{{"type", "null"}}))
	case s.Any != nil && s.By != "":
		o.add("oneOf", schemas(s.Any))
		var mapping object
		for _, a := range s.Any {
			mapping.add(a.When, "#/components/schemas/"+a.Ref)
		}
		o.add("discriminator", object{{"propertyName", s.By}, {"mapping", mapping}})
	case s.Any != nil:
		s.typed(&o)
		o.add("anyOf", schemas(s.Any))
	default:
		s.typed(&o)
	}
	s.bounds(&o)
	s.members(&o)
	o.text("description", s.Text)
	if s.Default != nil {
		o.add("default", s.Default)
	}
	if s.Example != nil {
		o.add("examples", []any{s.Example})
	}
	return o
}

func schemas(list []Schema) []object {
	out := make([]object, len(list))
	for i, s := range list {
		out[i] = s.JSON()
	}
	return out
}

func (s Schema) typed(o *object) {
	switch {
	case s.Type != "" && s.Type != "null" && s.Null:
		o.add("type", []string{s.Type, "null"})
	case s.Type != "":
		o.add("type", s.Type)
	}
	if s.Enum == nil {
		return
	}
	words := make([]any, 0, len(s.Enum)+1)
	for _, w := range s.Enum {
		words = append(words, w)
	}
	if s.Null {
		words = append(words, nil)
	}
	if len(words) == 1 {
		o.add("const", words[0])
		return
	}
	o.add("enum", words)
}

// sizes names the bounds of a size, by JSON type.
var sizes = map[string][2]string{
	"array": {"minItems", "maxItems"}, "object": {"minProperties", "maxProperties"},
	"string": {"minLength", "maxLength"}, "": {"minLength", "maxLength"},
}

func (s Schema) bounds(o *object) {
	o.text("format", s.Format)
	o.text("pattern", s.Pattern)
	if s.Least != nil {
		o.add("minimum", *s.Least)
	}
	if s.Most != nil {
		o.add("maximum", *s.Most)
	}
	if s.MinSize > 0 {
		o.add(sizes[s.Type][0], s.MinSize)
	}
	if s.MaxSize > 0 {
		o.add(sizes[s.Type][1], s.MaxSize)
	}
	if s.Items != nil {
		o.add("items", s.Items.JSON())
	}
	if s.Unique {
		o.add("uniqueItems", true)
	}
}

func (s Schema) members(o *object) {
	if s.Keys != nil {
		var properties object
		var needed []string
		for _, k := range s.Keys {
			ks := k.Schema
			if k.Text != "" {
				ks.Text = k.Text
			}
			// Generators of clients take a key with a default for one that is
			// always there. It is not: things come back as they were sent.
			if ks.Default != nil {
				ks.Text, ks.Default = strings.TrimSpace(ks.Text+fmt.Sprintf(" Without it `%v` holds.", ks.Default)), nil
			}
			properties.add(k.Name, ks.JSON())
			if k.Needed {
				needed = append(needed, k.Name)
			}
		}
		o.add("properties", properties)
		if needed != nil {
			o.add("required", needed)
		}
	}
	if s.Names != nil {
		o.add("propertyNames", s.Names.JSON())
	}
	if s.Values != nil {
		o.add("additionalProperties", s.Values.JSON())
	} else if s.Closed {
		o.add("additionalProperties", false)
	}
}

// JSON writes the document. sample gives the recorded answer of an operation,
// which stands there as its example; nil where there is none.
func (d Document) JSON(sample func(operation string) *Sampled) ([]byte, error) {
	var tags []object
	var paths object
	components := object{}
	shared := object{}
	for _, s := range d.Sections {
		tags = append(tags, object{{"name", s.Name}, {"description", s.Text}})
		for _, n := range s.Schemas {
			shared.add(n.Name, n.JSON())
		}
		for _, c := range s.Calls {
			o := d.operation(s.Name, c, sample(c.ID))
			at := -1
			for i, p := range paths {
				if p.name == c.Path {
					at = i
				}
			}
			if at < 0 {
				paths.add(c.Path, object{})
				at = len(paths) - 1
			}
			item := paths[at].value.(object)
			item.add(strings.ToLower(c.Method), o)
			paths[at].value = item
		}
	}
	components.add("schemas", shared)
	id := RequestID()
	components.add("headers", object{{id.Name, header(id)}})
	components.add("securitySchemes", object{{"key", object{{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "wm_{id}_{secret}"}, {"description", d.KeyText}}}})
	doc := object{
		{"openapi", "3.1.0"},
		{"info", object{{"title", d.Title}, {"version", d.Version}, {"description", d.Text},
			{"license", object{{"name", "Apache License 2.0"}, {"identifier", "Apache-2.0"}}}}},
		{"servers", []object{{{"url", d.Server}}}},
		{"tags", tags}, {"paths", paths}, {"components", components},
	}
	return json.Marshal(doc)
}

// Sampled is the answer that the example of an operation got from a server.
type Sampled struct {
	Status int
	Body   string
}

func (d Document) operation(tag string, c Call, sample *Sampled) object {
	o := object{{"tags", []string{tag}}, {"operationId", c.ID}, {"summary", c.Summary}}
	o.text("description", c.Text)
	var params []object
	tried, _ := url.ParseQuery(Fill(c.Try, d.AllParams()))
	for _, p := range c.Params {
		params = append(params, parameter("path", p, nil))
	}
	for _, p := range c.Query {
		params = append(params, parameter("query", p, tried[p.Name]))
	}
	for _, p := range c.Headers {
		params = append(params, parameter("header", p, nil))
	}
	if params != nil {
		o.add("parameters", params)
	}
	if c.Body != nil {
		o.add("requestBody", d.body(*c.Body))
	}
	var responses object
	for _, a := range c.Answers {
		if a.Lines && len(c.LineFails) > 0 {
			a.Text += " What a line may be refused for:\n\n" + explain(c.LineFails)
		}
		var s *Sampled
		if sample != nil && sample.Status == a.Status {
			s = sample
		}
		responses.answered(strconv.Itoa(a.Status), answer(a, s))
	}
	for _, r := range c.Refusals {
		responses.add(strconv.Itoa(r.Status), refusal(r))
	}
	o.add("responses", responses)
	security := []object{}
	if c.Scope != "" {
		security = append(security, object{{"key", []string{c.Scope}}})
	}
	o.add("security", security)
	return o
}

// parameter writes a parameter; tried is its value in the example call.
func parameter(in string, p Param, tried []string) object {
	o := object{{"name", p.Name}, {"in", in}}
	o.text("description", p.Text)
	if p.Needed || in == "path" {
		o.add("required", true)
	}
	s := p.Schema
	if p.Many {
		s = List(s)
		o.add("style", "form")
		o.add("explode", true)
	}
	o.add("schema", s.JSON())
	switch {
	case p.Many && tried != nil:
		o.add("example", tried)
	case tried != nil && s.Type == "integer":
		o.add("example", jsontext.Value(tried[0]))
	case tried != nil:
		o.add("example", tried[0])
	}
	return o
}

// lines is the schema of a body made of lines: a text with JSON on each.
// OpenAPI 3.1 has no word for that; contentSchema comes nearest.
func lines(mediaType string, s Schema) object {
	return object{{"type", "string"}, {"description", "One JSON value on each line; each is of the contentSchema."}, {"contentMediaType", mediaType}, {"contentSchema", s.JSON()}}
}

func (d Document) body(b Body) object {
	m := object{}
	if b.Lines {
		m.add("schema", lines(b.Type, b.Schema))
		m.add("example", Fill(b.Example, d.AllParams()))
	} else {
		m.add("schema", b.Schema.JSON())
		m.add("example", jsontext.Value(Fill(b.Example, d.AllParams())))
	}
	content := object{{b.Type, m}}
	for _, t := range b.Also {
		content.add(t, m)
	}
	return object{{"required", true}, {"content", content}}
}

func answer(a Answer, sample *Sampled) object {
	o := object{{"description", a.Text}, {"headers", headers(a.Headers)}}
	if a.Type == "" {
		return o
	}
	m := object{}
	if a.Lines {
		m.add("schema", lines(a.Type, a.Schema))
	} else {
		m.add("schema", a.Schema.JSON())
	}
	switch {
	case sample == nil:
	case a.Type == "application/json":
		m.add("example", jsontext.Value(sample.Body))
	default:
		m.add("example", sample.Body)
	}
	content := object{{a.Type, m}}
	for _, t := range a.Also {
		content.add(t, m)
	}
	o.add("content", content)
	return o
}

// answered adds an answer; one of the same status as the last joins that.
func (o *object) answered(status string, a object) {
	last := len(*o) - 1
	if last < 0 || (*o)[last].name != status {
		o.add(status, a)
		return
	}
	both := (*o)[last].value.(object)
	for i := range both {
		for _, m := range a {
			switch {
			case m.name != both[i].name:
			case m.name == "description":
				both[i].value = both[i].value.(string) + " " + m.value.(string)
			case m.name == "content":
				both[i].value = append(both[i].value.(object), m.value.(object)...)
			}
		}
	}
}

func headers(list []Header) object {
	o := object{{RequestID().Name, object{{"$ref", "#/components/headers/" + RequestID().Name}}}}
	for _, h := range list {
		o.add(h.Name, header(h))
	}
	return o
}

func header(h Header) object {
	o := object{}
	o.text("description", h.Text)
	if h.Needed {
		o.add("required", true)
	}
	o.add("schema", h.Schema.JSON())
	return o
}

func refusal(r Refusal) object {
	types := []string{}
	for _, p := range r.Problems {
		types = append(types, p.Type())
	}
	o := object{{"description", explain(r.Problems)}, {"headers", headers(r.Headers)}}
	if r.Page {
		o.add("content", object{{"text/html; charset=utf-8", object{{"schema", Text(0).JSON()}}}})
		return o
	}
	kind := Schema{Type: "string", Enum: types}
	o.add("content", object{{"application/problem+json", object{{"schema", object{{"allOf", []any{Ref("Problem").JSON(),
		object{{"properties", object{{"type", kind.JSON()}, {"status", object{{"const", r.Status}}}}}}}}}}}}})
	return o
}

// explain says in paragraphs what the problems mean.
func explain(problems []Problem) string {
	var text []string
	for _, p := range problems {
		if p.Slug == "" {
			text = append(text, p.Text)
		} else {
			text = append(text, "`"+p.Slug+"`: "+p.Text)
		}
	}
	return strings.Join(text, "\n\n")
}
