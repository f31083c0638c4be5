package link

import (
	"slices"

	"waymark/surveys"
	"waymark/surveys/openapi"
	"waymark/surveys/rest"
)

const exampleLink = `{"label": "Counter in Tallinn", "properties": {"state": "SP"}, "max_responses": 500, "expires_at": "2027-01-31T00:00:00Z", "language": "en"}`

// Describe tells of the routes of links.
func Describe() openapi.Domain {
	return openapi.Domain{
		Name: "Links",
		Text: "A link leads people to a survey. Its secret is told once, when it is made; a link that was revoked, has expired or never was cannot be told apart.",
		Path: []openapi.Param{{Name: "link", Schema: openapi.ID("lnk"), Text: "The link's id."}},
		Operations: []openapi.Operation{
			{Route: "GET /v1/surveys/{survey}/links", ID: "listLinks", Summary: "List the links of a survey", Text: "Those that were not revoked, without where they lead.",
				Query: openapi.Paging(), Answers: []openapi.Answer{openapi.Page(openapi.Ref("Link"), "A page of links.")}},
			{Route: "POST /v1/surveys/{survey}/links", ID: "createLink", Summary: "Make a link to a survey", Text: "The survey may still be a draft, or be closed: the link's page then says that it is not open.",
				Body:    openapi.JSONBody(openapi.Ref("LinkRequest"), rest.MaxBody, exampleLink),
				Answers: []openapi.Answer{openapi.Created(openapi.Ref("NewLink"), "The link, and where it leads, which is shown this once.")}},
			{Route: "DELETE /v1/surveys/{survey}/links/{link}", ID: "revokeLink", Summary: "Revoke a link", Answers: []openapi.Answer{openapi.Deleted("The link leads nowhere from now on.")}},
			{Route: "POST /v1/surveys/{survey}/preview", ID: "previewSurvey", Summary: "Preview a survey", Text: "Makes a link, for a day, to the newest definition, draft or published. Nothing that is answered there is stored. It can be revoked like another link, by the id in `Location`.",
				Answers: []openapi.Answer{openapi.Created(openapi.Ref("Preview"), "Where the preview is, which is shown this once.")}},
		},
		Schemas: describeLinks(),
	}
}

func describeLinks() []openapi.Named {
	properties := openapi.Dictionary(openapi.Text(surveys.MaxProperty).Sized(1, surveys.MaxProperty), openapi.Text(surveys.MaxProperty)).Sized(0, surveys.MaxProperties).Like(map[string]string{"state": "SP"})
	most := openapi.Integer().Between(1, maxResponses).OrNull()
	label := openapi.Text(maxLabel)
	label.Pattern = `^[^\x00-\x1f\x7f-\x9f]*$`
	url := func(example string) openapi.Schema {
		return openapi.Form("^https?://", "https://waymark.example/s/"+example)
	}
	link := []openapi.Key{
		openapi.Need("id", openapi.ID("lnk"), ""),
		openapi.Need("label", label, ""),
		openapi.Need("single_use", openapi.Bool(), ""),
		openapi.Need("max_responses", most, ""),
		openapi.Need("expires_at", openapi.Instant().OrNull(), ""),
		openapi.Need("properties", properties, ""),
		openapi.Need("language", openapi.Language().OrNull(), ""),
		openapi.Need("one_click", openapi.Bool(), ""),
		openapi.Need("kiosk", openapi.Bool(), ""),
		openapi.Need("created_at", openapi.Instant(), ""),
		openapi.Need("created_by", openapi.Text(0), "The name of the key."),
	}
	return []openapi.Named{
		openapi.Sent[Request]("LinkRequest", "A link to make.",
			openapi.May("label", label, "What it is for, in one line; people who answer do not see it."),
			openapi.May("single_use", openapi.Bool().Otherwise(false), "It takes one answer, which can be changed for a day. Not together with `kiosk`."),
			openapi.May("max_responses", most, "How many answers it takes; null is as many as come."),
			openapi.May("expires_at", openapi.Time().Like("2027-01-31T00:00:00Z").OrNull(), "When it ends; null is never."),
			openapi.May("properties", properties, "What is known of everybody who comes by it; each response has it."),
			openapi.May("language", openapi.Language().OrNull(), "One of the survey's languages; null is the visitor's own."),
			openapi.May("one_click", openapi.Bool().Otherwise(false), "A value that the link carries counts at the first sign that a person looks at the page."),
			openapi.May("kiosk", openapi.Bool().Otherwise(false), "For a device that many people use, one after the other.")),
		openapi.Given[made]("NewLink", "A link that was just made.", slices.Concat(link, []openapi.Key{
			openapi.Need("url", url("3xAmPle-t0ken"), "Where it leads."),
			openapi.Need("qr", url("3xAmPle-t0ken/qr.svg"), "The same as a QR code, an SVG; a PNG lies beside it as `qr.png`."),
		})...),
		openapi.Given[shown]("Link", "A link, without where it leads.", link...),
		openapi.Given[previewed]("Preview", "A preview that was just made.",
			openapi.Need("url", url("3xAmPle-t0ken"), "Where it is."),
			openapi.Need("expires_at", openapi.Instant(), "When it ends.")),
	}
}
