package openapi

import (
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// Domain is what one package says of its routes.
type Domain struct {
	Name       string // a heading, "Maps"
	Text       string
	Path       []Param // the parameters in its paths, by name
	Operations []Operation
	Schemas    []Named
}

// Operation is one route.
type Operation struct {
	Route   string // method and path, "PUT /v1/maps/{map}"
	ID      string // "replaceMap", the name of its call in generated clients
	Summary string
	Text    string
	Query   []Param
	Try     string // the query of the example
	IfMatch bool   // the version that it is based on must be named
	Body    *Body
	Answers []Answer
	// Fails are what it may refuse beyond what follows from its route, its
	// query and its body.
	Fails []Problem
	// LineFails are what it may refuse a line of its body for.
	LineFails []Problem
}

// Param is a parameter of a path or a query.
type Param struct {
	Name   string
	Schema Schema
	Needed bool
	Many   bool // may be repeated
	Text   string
}

// Body is what a request carries.
type Body struct {
	Type    string   // media type
	Also    []string // other media types that it may have
	Schema  Schema   // of the body, or of each line of it
	Lines   bool
	Limit   int    // bytes, of the body or of each line
	Example string // a path parameter's name in braces stands for its example
}

// JSONBody is a body of JSON.
func JSONBody(s Schema, limit int, example string) *Body {
	return &Body{Type: "application/json", Schema: s, Limit: limit, Example: example}
}

// The media types of forms: of one that carries files, and of one that does not.
const (
	FormType  = "multipart/form-data"
	PlainForm = "application/x-www-form-urlencoded"
)

// FormBody is a body of a form with files. The example is an object that names
// a file for each field, "@photo.png".
func FormBody(s Schema, limit int, example string) *Body {
	return &Body{Type: FormType, Schema: s, Limit: limit, Example: example}
}

// Answer is what a request gets when all is well. Several of one status differ
// in their media types.
type Answer struct {
	Status  int
	Text    string
	Type    string   // media type; empty: no body
	Also    []string // other media types that it may have
	Schema  Schema
	Lines   bool // each line is of the schema
	Headers []Header
}

// Header is a header of an answer.
type Header struct {
	Name   string
	Schema Schema
	Needed bool
	Text   string
}

// OK answers JSON.
func OK(s Schema, text string) Answer {
	return Answer{Status: 200, Text: text, Type: "application/json", Schema: s}
}

// Created answers what was made, and where it is.
func Created(s Schema, text string) Answer {
	return Answer{Status: 201, Text: text, Type: "application/json", Schema: s,
		Headers: []Header{{"Location", Form("^/v1/", "/v1/maps/"+Sample("map")), true, "The path of what was made."}}}
}

// Deleted answers nothing.
func Deleted(text string) Answer { return Answer{Status: 204, Text: text} }

// Page answers a part of a list.
func Page(element Schema, text string) Answer {
	return Answer{Status: 200, Text: text, Type: "application/json",
		Schema: Object(Need("data", List(element), "Newest first."),
			Need("next", Form(cursorForm, Cursor).OrNull(), "The cursor of the next page; null on the last one.")),
		Headers: []Header{{"Link", Text(0).Like(`</v1/maps?cursor=` + Cursor + `>; rel="next"`), false, "The next page, as a link with `rel=\"next\"`; absent on the last one."}}}
}

// Tagged adds the entity tag. A GET then takes If-None-Match.
func (a Answer) Tagged() Answer {
	a.Headers = append(a.Headers, Header{"ETag", Form(tagForm, `"1"`), true, "The entity tag: the version in quotation marks, or a fingerprint of a drawing."})
	return a
}

// SometimesTagged is Tagged where the entity tag may be absent.
func (a Answer) SometimesTagged() Answer {
	a = a.Tagged()
	a.Headers[len(a.Headers)-1].Needed = false
	return a
}

const (
	tagForm    = `^"[A-Za-z0-9_-]+"$`
	cursorForm = "^[A-Za-z0-9_-]+$"
	// Cursor is an example of one.
	Cursor = "GGvzR2wZ3AByc3BfYQ"
)

// Paging are the parameters of every list.
func Paging() []Param {
	return []Param{
		{Name: "limit", Schema: Integer().Between(1, ident.MaxPage).Otherwise(ident.UsualPage), Text: "How many to answer at most."},
		{Name: "cursor", Schema: Form(cursorForm, Cursor), Text: "The `next` of the page before."},
	}
}

// Problem is a way to fail. Its kind decides the status.
type Problem struct {
	Kind fault.Kind
	Slug string
	Text string
}

// Type is the problem's type on the wire: where the pages explain it.
func (p Problem) Type() string {
	if p.Slug == "" {
		return "about:blank"
	}
	return "/docs#" + p.Slug
}
