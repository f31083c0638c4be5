package web

import (
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// What may go wrong because of what a route is, whatever its domain.
var (
	internal = openapi.Problem{Kind: fault.Internal, Text: "Something went wrong on our side. The log tells more under the request id."}
	stored   = []openapi.Problem{
		{Kind: fault.Unavailable, Slug: "store-down", Text: "The store cannot be used at the moment; try again."},
		{Kind: fault.Unavailable, Slug: "store-gone", Text: "The store's file is not where it was opened."},
		{Kind: fault.Unavailable, Slug: "store-full", Text: "The store's disk is full."},
		{Kind: fault.Unavailable, Slug: "store-read-only", Text: "The store cannot be written."},
		{Kind: fault.Unavailable, Text: "It took too long; try again."},
	}
	// before are those of requests that never reach a route.
	before = []openapi.Problem{
		{Kind: fault.NotFound, Slug: "not-found", Text: "There is no such route."},
		{Kind: fault.Malformed, Slug: "ambiguous-request", Text: "The request's headers leave open where its body ends, or who sends it."},
	}
	notFound = openapi.Problem{Kind: fault.NotFound, Slug: "not-found", Text: "There is no such thing here: unknown, deleted and foreign ids answer alike."}
	keyed    = []openapi.Problem{
		{Kind: fault.Unauthenticated, Slug: "unauthenticated", Text: "No key was sent. Send it as `Authorization: Bearer wm_…`."},
		{Kind: fault.Unauthenticated, Slug: "bad-key", Text: "The key is unknown or was revoked."},
		{Kind: fault.Denied, Slug: "scope", Text: "The key's scope does not allow this."},
		{Kind: fault.TooMany, Slug: "too-many-guesses", Text: "Too many wrong keys came from this address; wait a minute."},
	}
	guessed = []openapi.Problem{{Kind: fault.TooMany, Slug: "too-many-guesses", Text: "Too many wrong links came from this address; wait a minute."}}
	queried = []openapi.Problem{
		{Kind: fault.Malformed, Slug: "unknown-parameter", Text: "A query parameter is not known here."},
		{Kind: fault.Malformed, Slug: "bad-query", Text: "The query cannot be read."},
	}
	parametered = []openapi.Problem{
		{Kind: fault.Malformed, Slug: "repeated-parameter", Text: "A query parameter stands there twice."},
		{Kind: fault.Malformed, Slug: "empty-parameter", Text: "A query parameter is empty; leave it out."},
		{Kind: fault.Invalid, Slug: "bad-parameter", Text: "A query parameter is not valid UTF-8 or has a NUL character."},
	}
	paged = []openapi.Problem{
		{Kind: fault.Malformed, Slug: "bad-limit", Text: "`limit` is no whole number from 1 to 100."},
		{Kind: fault.Malformed, Slug: "bad-cursor", Text: "The cursor is not one that this list gave out."},
	}
	bodied = []openapi.Problem{
		{Kind: fault.Unsupported, Slug: "content-type", Text: "The body has another content type than this route takes."},
		{Kind: fault.Unsupported, Slug: "encoded-body", Text: "The body came with a Content-Encoding; send it plain."},
		{Kind: fault.TooSlow, Slug: "too-slow", Text: "The body did not arrive in time."},
		{Kind: fault.Malformed, Slug: "body-cut", Text: "The body ended too early."},
	}
	read = []openapi.Problem{
		{Kind: fault.TooLarge, Slug: "body-too-large", Text: "The body is larger than this route takes."},
		{Kind: fault.Malformed, Slug: "not-json", Text: "The body is not JSON."},
		{Kind: fault.Malformed, Slug: "too-deep", Text: "The JSON is nested too deep."},
		{Kind: fault.Malformed, Slug: "malformed", Text: "A key is unknown, stands there twice or has another JSON type; `errors` points at it."},
		{Kind: fault.Invalid, Slug: "invalid", Text: "The rules refuse a value; `errors` points at each one and says how to mend it."},
		{Kind: fault.Invalid, Slug: "invalid-utf8", Text: "The body is not valid UTF-8."},
	}
	formRead = []openapi.Problem{
		{Kind: fault.TooLarge, Slug: "body-too-large", Text: "The body is larger than this route takes."},
		{Kind: fault.Malformed, Slug: "bad-form", Text: "The form cannot be read."},
	}
	formed = []openapi.Problem{
		{Kind: fault.Malformed, Slug: "malformed", Text: "The form has not the fields that it should have; `errors` points at one."},
		{Kind: fault.Invalid, Slug: "bad-form-name", Text: "A name in the form is not valid UTF-8 or has a NUL character."},
		{Kind: fault.Invalid, Slug: "invalid", Text: "The rules refuse the file; `errors` says why."},
	}
	conditional = []openapi.Problem{
		{Kind: fault.Unconditional, Slug: "if-match-missing", Text: "Send If-Match with the ETag that you read."},
		{Kind: fault.Stale, Slug: "stale", Text: "Somebody else was quicker: read the thing again and repeat the change."},
	}
	repeated = []openapi.Problem{
		{Kind: fault.Malformed, Slug: "two-idempotency-keys", Text: "More than one Idempotency-Key was sent."},
		{Kind: fault.Invalid, Slug: "bad-idempotency-key", Text: "The Idempotency-Key is not 1 to 255 printable ASCII characters."},
		{Kind: fault.Invalid, Slug: "idempotency-key-reused", Text: "The Idempotency-Key came with another body within the last 24 hours."},
		{Kind: fault.Unavailable, Slug: "busy", Text: "Too many calls use this Idempotency-Key at once; try again."},
	}
)

// describe tells of the routes of this package, and what all domains share.
func describe() openapi.Domain {
	return openapi.Domain{
		Name: "The server",
		Text: "Whether it works, and what it says of itself. None of this needs a key.",
		Operations: []openapi.Operation{
			{Route: "GET /openapi.json", ID: "describeAPI", Summary: "This description, for programs", Text: "OpenAPI 3.1.",
				Answers: []openapi.Answer{openapi.OK(openapi.Object(openapi.Need("openapi", openapi.Form(`^3\.1\.`, "3.1.0"), "")).Open(), "The description of every route.").Tagged()}},
			{Route: "GET /docs", ID: "readAPI", Summary: "This description, for people", Text: "The types of problems lead there.",
				Answers: []openapi.Answer{openapi.Answer{Status: 200, Text: "A page that needs no scripts and no other file.", Type: "text/html; charset=utf-8", Schema: openapi.Text(0)}.Tagged()}},
			{Route: "GET /livez", ID: "live", Summary: "Is the process alive?",
				Answers: []openapi.Answer{openapi.OK(openapi.Ref("Live"), "It is.")}},
			{Route: "GET /readyz", ID: "ready", Summary: "Can it serve?",
				Text: "With Redis away answers are still taken, and rolled up when it is back: that is 200 with `degraded`.",
				Answers: []openapi.Answer{openapi.OK(openapi.Ref("Ready"), "It can."),
					{Status: 503, Text: "The store is down or full.", Type: "application/json", Schema: openapi.Ref("Down")}}},
			{Route: "GET /metrics", ID: "metrics", Summary: "Figures for Prometheus",
				Answers: []openapi.Answer{{Status: 200, Text: "Figures in the text format of Prometheus.", Type: "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", Schema: openapi.Text(0)}}},
		},
		Schemas: []openapi.Named{
			openapi.Given[problem]("Problem", "Why a request failed, RFC 9457.",
				openapi.Need("type", openapi.Form("^(about:blank|/docs#[a-z0-9-]+)$", "/docs#invalid"), "A stable name, and where it is explained."),
				openapi.Need("title", openapi.Text(0), "The status in words."),
				openapi.Need("status", openapi.Integer().Between(400, 599), ""),
				openapi.Need("detail", openapi.Text(0), "A sentence for people."),
				openapi.May("errors", openapi.List(openapi.Ref("FaultyPlace")), "The faulty places of the body.")),
			openapi.Given[fault.Field]("FaultyPlace", "A faulty place of a body.",
				openapi.Need("pointer", openapi.Form("^#", "#/questions/2/type"), "Where: a JSON pointer in its fragment form, RFC 6901."),
				openapi.Need("detail", openapi.Text(0), "What is wrong there and how to mend it.")),
			openapi.Given[live]("Live", "", openapi.Need("status", openapi.OneOf("ok"), "")),
			openapi.Given[ready]("Ready", "", openapi.Need("status", openapi.OneOf("ok"), ""),
				openapi.Need("degraded", openapi.List(openapi.OneOf("redis")), "Parts that are away while answers are still taken.")),
			openapi.Given[down]("Down", "", openapi.Need("status", openapi.OneOf("down"), ""),
				openapi.Need("down", openapi.List(openapi.OneOf("store")), "The parts that are needed and away.")),
		},
	}
}
