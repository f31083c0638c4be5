package web

import (
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"waymark/mapping"
	"waymark/mapping/render"
	"waymark/responses"
	"waymark/responses/page"
	"waymark/surveys"
	"waymark/surveys/files"
	"waymark/surveys/link"
	"waymark/surveys/openapi"
	"waymark/surveys/workspace"
)

// domains is what each package says of its routes, in the order of the pages.
func domains() []openapi.Domain {
	return []openapi.Domain{mapping.Describe(), render.Describe(), surveys.Describe(), link.Describe(), files.Describe(), responses.Describe(), page.Describe(), workspace.Describe(), describe()}
}

const introduction = "Waymark keeps customer journey maps whose stages carry what customers say. A survey asks about a stage, responses answer it, and the map's scores follow within a second.\n\n" +
	"JSON is in snake_case. Failures are problems of RFC 9457: a stable `type`, a sentence in `detail`, and in `errors` a pointer to each faulty place of the body. An id that belongs to someone else answers exactly like an unknown one. " +
	"Unknown keys and query parameters are refused, and a key without a value is left out: null is taken only where a schema says so.\n\n" +
	"Where nothing else is said a text has at most 10,000 characters, an id of your own is 1 to 64 of A-Z a-z 0-9 _ -, and an empty text says as little as leaving its key out. " +
	"Times are RFC 3339 with any offset, answered in UTC with milliseconds. Durations are ISO 8601 down to seconds, a day is 24 hours.\n\nLists come newest first, 20 things at a time; `next` leads on. HEAD works wherever GET does."

const keyText = "A key of `waymark keys create`. Its scope is one of admin, maps, surveys, responses and read; admin contains all, maps and surveys contain read, responses only hands in answers."

// document joins the route table with what the domains say. What does not
// fit together is told as faults, which a test refuses.
func document(table []route, server string, all []openapi.Domain) (openapi.Document, []string) {
	d := openapi.Document{Title: "Waymark", Version: "1", Text: introduction, Server: server, KeyText: keyText, Before: before}
	routes := map[string]route{}
	for _, r := range table {
		routes[r.method+" "+template(r.path)] = r
	}
	params := map[string]openapi.Param{}
	for _, dom := range all {
		named(params, dom)
	}
	var faults []string
	described := map[string]bool{}
	for _, dom := range all {
		sec := openapi.Section{Domain: dom}
		own := named(maps.Clone(params), dom) // a token is another thing in each domain
		for _, o := range dom.Operations {
			r, known := routes[o.Route]
			if !known || described[o.Route] {
				faults = append(faults, "the description "+o.Route+" has no route of its own")
				continue
			}
			described[o.Route] = true
			c, missing := call(o, r, own)
			sec.Calls = append(sec.Calls, c)
			faults = append(faults, missing...)
		}
		d.Sections = append(d.Sections, sec)
	}
	for name := range routes {
		if !described[name] {
			faults = append(faults, "the route "+name+" is not described: see the Describe of its package")
		}
	}
	faults = append(faults, d.Faults()...)
	slices.Sort(faults)
	return d, faults
}

// named notes the parameters in the paths of a domain by their names.
func named(params map[string]openapi.Param, dom openapi.Domain) map[string]openapi.Param {
	for _, p := range dom.Path {
		params[p.Name] = p
	}
	return params
}

// template writes a path of the table as OpenAPI does.
func template(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// call completes an operation by what its route brings with it.
func call(o openapi.Operation, r route, params map[string]openapi.Param) (c openapi.Call, faults []string) {
	c = openapi.Call{Operation: o, Method: r.method, Path: template(r.path)}
	c.Answers = slices.Clone(c.Answers)
	problems := append([]openapi.Problem{internal}, o.Fails...)
	if len(r.scopes) > 0 || r.page != nil {
		problems = append(problems, stored...)
	}
	for part := range strings.SplitSeq(r.path, "/") {
		name, ok := strings.CutPrefix(part, ":")
		if !ok {
			continue
		}
		p, known := params[name]
		if !known {
			faults = append(faults, "the parameter "+name+" of "+o.Route+" is not described")
		}
		c.Params = append(c.Params, p)
		problems = append(problems, notFound)
	}
	if len(r.scopes) > 0 {
		c.Scope = string(r.scopes[0])
		problems = append(problems, keyed...)
	}
	if r.page != nil {
		problems = append(problems, guessed...)
	} else if len(r.scopes) > 0 {
		problems = append(problems, queried...)
		if len(o.Query) > 0 {
			problems = append(problems, parametered...)
		}
	}
	if slices.ContainsFunc(o.Query, func(p openapi.Param) bool { return p.Name == "cursor" }) {
		problems = append(problems, paged...)
	}
	if o.Body != nil {
		problems = append(problems, bodied...)
		switch {
		case o.Body.Type == openapi.PlainForm:
			problems = append(problems, formRead...)
		case o.Body.Type == openapi.FormType:
			problems = append(append(problems, formRead...), formed...)
		case !o.Body.Lines:
			problems = append(problems, read...)
		}
	}
	if o.IfMatch {
		c.Headers = append(c.Headers, openapi.Param{Name: fiber.HeaderIfMatch, Schema: openapi.Form(`^"[0-9]+"$`, `"1"`), Needed: true, Text: "The `ETag` that was read: nothing happens where another version is current."})
		problems = append(problems, conditional...)
	}
	if r.method == fiber.MethodPost && !r.streams && len(r.scopes) > 0 {
		c.Headers = append(c.Headers, openapi.Param{Name: "Idempotency-Key", Schema: openapi.Form(`^[ -~]{1,255}$`, "order-4711"), Text: "A text of your own. The same key and body within 24 hours get the same answer, and nothing is made twice."})
		problems = append(problems, repeated...)
	}
	if r.method == fiber.MethodGet {
		c.Answers = append(c.Answers, unchanged(&c)...)
	}
	// An answer of its own takes the place of the problem of that status.
	c.Refusals = openapi.Refuse(problems, func(p openapi.Problem) int { return statuses[p.Kind] }, r.page != nil)
	c.Refusals = slices.DeleteFunc(c.Refusals, func(r openapi.Refusal) bool {
		return slices.ContainsFunc(c.Answers, func(a openapi.Answer) bool { return a.Status == r.Status })
	})
	for i := range c.Refusals {
		c.Refusals[i].Headers = refusalHeaders(c.Refusals[i].Status)
	}
	return c, faults
}

// unchanged gives the answer 304 of a GET that carries an entity tag.
func unchanged(c *openapi.Call) []openapi.Answer {
	for _, a := range c.Answers {
		for _, h := range a.Headers {
			if h.Name == fiber.HeaderETag {
				c.Headers = append(c.Headers, openapi.Param{Name: fiber.HeaderIfNoneMatch, Schema: openapi.Text(0).Like(`"1"`), Text: "An `ETag` that was read: where it still holds the answer is 304 without a body."})
				h.Needed = true
				return []openapi.Answer{{Status: fiber.StatusNotModified, Text: "What If-None-Match names still holds.", Headers: []openapi.Header{h}}}
			}
		}
	}
	return nil
}

func refusalHeaders(status int) []openapi.Header {
	switch status {
	case fiber.StatusTooManyRequests:
		return []openapi.Header{{Name: fiber.HeaderRetryAfter, Schema: openapi.Form("^[0-9]+$", "60"), Needed: true, Text: "Seconds to wait."}}
	case fiber.StatusServiceUnavailable:
		return []openapi.Header{{Name: fiber.HeaderRetryAfter, Schema: openapi.Form("^[0-9]+$", "60"), Text: "Seconds to wait, where they are known."}}
	case fiber.StatusUnauthorized:
		return []openapi.Header{{Name: fiber.HeaderWWWAuthenticate, Schema: openapi.Text(0).Like(`Bearer realm="waymark"`), Needed: true, Text: "How to prove who you are."}}
	}
	return nil
}
