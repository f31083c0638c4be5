package mapping

import (
	"slices"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
	"waymark/surveys/rest"
)

// What the routes of maps may refuse.
var (
	mapInUse           = openapi.Problem{Kind: fault.Conflict, Slug: "map-in-use", Text: "Surveys hang on the map; `detail` names them. Delete them first."}
	namesUnknown       = openapi.Problem{Kind: fault.NotFound, Slug: "not-found", Text: "The document names a map or a response that is not here."}
	stageInUse         = openapi.Problem{Kind: fault.Conflict, Slug: "stage-in-use", Text: "Surveys hang on stages that would go; `detail` names them. Keep the stage, or name it in another stage's `lineage`."}
	contradictoryQuery = openapi.Problem{Kind: fault.Malformed, Slug: "contradictory-query", Text: "The query contradicts itself: a window together with from or to, an end before the beginning, two values of one property."}
	badWindow          = openapi.Problem{Kind: fault.Invalid, Slug: "bad-window", Text: "`window` is no duration of at least a second, like P90D."}
	badTime            = openapi.Problem{Kind: fault.Invalid, Slug: "bad-time", Text: "`from` or `to` is no time like 2026-11-20T09:30:00Z."}
	badSegment         = openapi.Problem{Kind: fault.Invalid, Slug: "bad-segment", Text: "A segment is written `property:value`."}
	unknownSegment     = openapi.Problem{Kind: fault.Invalid, Slug: "unknown-segment", Text: "No survey of the map declares this property as a segment."}
	tooManySegments    = openapi.Problem{Kind: fault.Invalid, Slug: "too-many-segments", Text: "Too many segments at once."}
	tooManyValues      = openapi.Problem{Kind: fault.Invalid, Slug: "too-many-values", Text: "The property has too many values in the window to be told apart."}
	busyCell           = openapi.Problem{Kind: fault.Unavailable, Slug: "busy-cell", Text: "The figures change too fast just now; try again."}
)

// AskingScores are the parameters of everything that is made from scores, and
// what they may be refused for.
func AskingScores() ([]openapi.Param, []openapi.Problem) {
	return []openapi.Param{
		{Name: "window", Schema: openapi.Span().Like("P90D").Otherwise("P90D"), Text: "A span of time that ends now; instead of `from` and `to`."},
		{Name: "from", Schema: openapi.Time(), Text: "The beginning of the window, inside it. Without it the window is 90 days long."},
		{Name: "to", Schema: openapi.Time(), Text: "The end of the window, outside it. Without it the window ends now."},
		{Name: "segment", Many: true, Schema: openapi.Form("^[^:]+:", "state:SP"), Text: "`property:value`: only answers with that value of a property that a survey of the map declares; several are joined by AND."},
	}, []openapi.Problem{contradictoryQuery, badWindow, badTime, badSegment, unknownSegment, tooManySegments, tooManyValues, busyCell}
}

// The examples of bodies.
const (
	exampleMap = `{
  "title": "Online shop",
  "language": "en",
  "stages": [
    {"id": "order", "name": "Order"},
    {"id": "delivery", "name": "Delivery", "touchpoints": [{"id": "courier", "name": "Courier", "channel": "in_person"}]}
  ]
}`
	exampleEdit = `{
  "title": "Online shop",
  "language": "en",
  "stages": [
    {"id": "order", "name": "Order"},
    {
      "id": "delivery", "name": "Delivery", "goal": "The parcel is there when it was promised",
      "touchpoints": [{"id": "courier", "name": "Courier", "channel": "in_person"}],
      "pains": [{"id": "late", "text": "Nobody says that it will be late", "severity": 4, "touchpoint": "courier"}]
    }
  ]
}`
	exampleShare = `{"label": "For the team", "expires_at": "2027-01-31T00:00:00Z"}`
)

// Describe tells of the routes of maps.
func Describe() openapi.Domain {
	whole := openapi.Ref("Map")
	window, refused := AskingScores()
	return openapi.Domain{
		Name: "Maps",
		Text: "A journey map: its stages, what surrounds them, and what customers say of them. Every edit raises the map's version, and all versions are kept.",
		Path: []openapi.Param{
			{Name: "map", Schema: openapi.ID("map"), Text: "The map's id."},
			{Name: "n", Schema: openapi.Integer().AtLeast(1).Like(1), Text: "The number of a version."},
			{Name: "share", Schema: openapi.ID("shr"), Text: "The share's id."},
		},
		Operations: []openapi.Operation{
			{Route: "GET /v1/maps", ID: "listMaps", Summary: "List maps", Query: openapi.Paging(), Answers: []openapi.Answer{openapi.Page(whole, "A page of maps.")}},
			{Route: "POST /v1/maps", ID: "createMap", Summary: "Make a map", Body: openapi.JSONBody(openapi.Ref("MapDocument"), rest.MaxBody, exampleMap),
				Answers: []openapi.Answer{openapi.Created(whole, "The map as it was sent, with its id and version.").Tagged()}, Fails: []openapi.Problem{namesUnknown}},
			{Route: "GET /v1/maps/{map}", ID: "getMap", Summary: "Read a map", Answers: []openapi.Answer{openapi.OK(whole, "The map as it was sent.").Tagged()}},
			{Route: "PUT /v1/maps/{map}", ID: "replaceMap", Summary: "Replace a map",
				Text:    "The whole document is replaced. A stage that surveys hang on may only go where another stage names it in its `lineage`. The same document again changes nothing.",
				IfMatch: true, Body: openapi.JSONBody(openapi.Ref("MapDocument"), rest.MaxBody, exampleEdit),
				Answers: []openapi.Answer{openapi.OK(whole, "The map as it is now.").Tagged()}, Fails: []openapi.Problem{stageInUse}},
			{Route: "DELETE /v1/maps/{map}", ID: "deleteMap", Summary: "Delete a map", Text: "Only a map without surveys can go.",
				Answers: []openapi.Answer{openapi.Deleted("It is gone.")}, Fails: []openapi.Problem{mapInUse}},
			{Route: "GET /v1/maps/{map}/versions", ID: "listMapVersions", Summary: "List the versions of a map", Text: "Each with what it changed against the one before.",
				Query: openapi.Paging(), Answers: []openapi.Answer{openapi.Page(openapi.Ref("MapVersion"), "A page of versions.")}},
			{Route: "GET /v1/maps/{map}/versions/{n}", ID: "getMapVersion", Summary: "Read a version of a map",
				Answers: []openapi.Answer{openapi.OK(whole, "The map as it was then.").Tagged()}},
			{Route: "POST /v1/maps/{map}/versions/{n}/restore", ID: "restoreMapVersion", Summary: "Restore a version of a map", Text: "The document of that version becomes the newest version.",
				IfMatch: true, Answers: []openapi.Answer{openapi.OK(whole, "The map as it is now.").Tagged()},
				Fails: []openapi.Problem{stageInUse, {Kind: fault.Malformed, Slug: "malformed", Text: "The old document has what is not taken any more."}, {Kind: fault.Invalid, Slug: "invalid", Text: "The rules of today refuse the old document."}}},
			{Route: "GET /v1/maps/{map}/scores", ID: "getScores", Summary: "Read the scores of a map",
				Text:  "What the counted answers of the window say, by stage and touchpoint. Under 5 answers nothing is shown, and no two queries can be subtracted to find such a group.",
				Query: window, Try: "window=P30D&segment=state:SP", Answers: []openapi.Answer{openapi.OK(openapi.Ref("Scores"), "The scores.")}, Fails: refused},
			{Route: "GET /v1/maps/{map}/shares", ID: "listShares", Summary: "List the shares of a map", Text: "Those that hold, without their links.",
				Query: openapi.Paging(), Answers: []openapi.Answer{openapi.Page(openapi.Ref("Share"), "A page of shares.")}},
			{Route: "POST /v1/maps/{map}/shares", ID: "createShare", Summary: "Share a map by a link", Body: openapi.JSONBody(openapi.Ref("ShareRequest"), rest.MaxBody, exampleShare),
				Answers: []openapi.Answer{openapi.Created(openapi.Ref("NewShare"), "The link, which is shown this once.")}},
			{Route: "DELETE /v1/maps/{map}/shares/{share}", ID: "revokeShare", Summary: "Revoke a share", Answers: []openapi.Answer{openapi.Deleted("The link leads nowhere from now on.")}},
		},
		Schemas: slices.Concat(describeMaps(), describeScores(), describeShares()),
	}
}

func describeShares() []openapi.Named {
	return []openapi.Named{
		openapi.Sent[ShareRequest]("ShareRequest", "A share to make.",
			openapi.May("label", openapi.Text(maxLabel), "For whom it is."),
			openapi.May("password", openapi.Nothing(), "Not available yet."),
			openapi.May("expires_at", openapi.Time().Like("2027-01-31T00:00:00Z").OrNull(), "When the link ends; null is never."),
			openapi.May("access", openapi.OneOf(accesses...).OrEmpty().Otherwise(accesses[0]), "What its readers may do.")),
		openapi.Given[madeShare]("NewShare", "A share that was just made.",
			openapi.Need("id", openapi.ID("shr"), ""),
			openapi.Need("url", openapi.Form("^https?://", "https://waymark.example/m/3xAmPle-t0ken"), "The link for people without a key.")),
		openapi.Given[shownShare]("Share", "A share, without its link.",
			openapi.Need("id", openapi.ID("shr"), ""),
			openapi.Need("label", openapi.Text(maxLabel), ""),
			openapi.Need("access", openapi.OneOf(accesses...), ""),
			openapi.Need("expires_at", openapi.Instant().OrNull(), ""),
			openapi.Need("created_at", openapi.Instant(), ""),
			openapi.Need("created_by", openapi.Text(0), "The name of the key.")),
	}
}
