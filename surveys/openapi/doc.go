// Package openapi holds the words in which a domain describes its part of the
// HTTP API, and writes all parts as one OpenAPI 3.1 document.
//
// Flow: beside its http.go each domain has an openapi.go whose Describe gives
// a Domain: operations, their bodies and answers as schemas, and what they may
// refuse. Package web joins the domains with its route table into a Document,
// adding what follows from a route itself (key and scope, path parameters,
// the faults of reading a body); the Document is served as JSON and as pages.
//
// To add a route: describe it in the domain's Describe. Tests of package web
// fail for a route without a description, a description without a route, a
// fault that no operation names, and an answer that is not as described.
//
// Invariant: a schema that belongs to a Go type has exactly the keys of that
// type and their JSON types; Document.Faults tells where it has not.
package openapi
