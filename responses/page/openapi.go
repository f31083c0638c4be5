package page

import (
	"slices"

	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/openapi"
)

// Describe tells of the routes of the hosted survey page.
func Describe() openapi.Domain {
	file := func(mediaType, text string) openapi.Answer {
		return openapi.Answer{Status: 200, Text: text, Type: mediaType, Schema: openapi.Text(0)}
	}
	page := file("text/html; charset=utf-8", "The page.")
	busy := openapi.Problem{Kind: fault.TooMany, Slug: "too-many-requests", Text: "Too many requests came from this network, or answers by this link; wait a minute."}
	over := []openapi.Problem{
		{Kind: fault.Gone, Slug: "survey-closed", Text: "The survey is closed."},
		{Kind: fault.Gone, Slug: "used", Text: "The link for one answer was answered, and a day has passed since."},
		{Kind: fault.Gone, Slug: "full", Text: "The link has all the answers that it takes."},
		{Kind: fault.Gone, Slug: "erased", Text: "The response of this visit was deleted."},
		{Kind: fault.Conflict, Slug: "survey-draft", Text: "The survey is not published yet."},
		{Kind: fault.Conflict, Slug: "survey-unready", Text: "The draft of a preview cannot be shown: publishing would refuse it."},
		busy,
	}
	theme := openapi.Param{Name: "theme", Schema: openapi.OneOf("light", "dark"), Text: "Without it the reader's system decides."}
	lang := openapi.Param{Name: "lang", Schema: openapi.Language(), Text: "One of the survey's languages; it stays chosen."}
	embed := openapi.Param{Name: "embed", Schema: openapi.OneOf("1"), Text: "The page may stand in a frame of another site."}
	code := func(id, path, mediaType, summary string) openapi.Operation {
		return openapi.Operation{Route: "GET " + path, ID: id, Summary: summary, Answers: []openapi.Answer{file(mediaType, "The code.").Tagged()}, Fails: []openapi.Problem{busy}}
	}
	return openapi.Domain{
		Name: "The survey page",
		Text: "Where people answer, by the link of a survey. A page for people, not an API: its forms work without scripts, and its failures are pages, too.",
		Path: []openapi.Param{
			{Name: "token", Schema: openapi.Form("^[A-Za-z0-9_-]{27}$", "AbCdEfGhIjKlMnOpQrStUvWxYz0"), Text: "The secret part of a link."},
			{Name: "file", Schema: openapi.ID("fil"), Text: "The file's id."}},
		Operations: []openapi.Operation{
			{Route: "GET /s/{token}", ID: "surveyPage", Summary: "Look at a survey",
				Text:  "Counts and stores nothing, since scanners of mails look, too. `{question}=value` chooses an answer beforehand; other parameters are passed over.",
				Query: []openapi.Param{lang, theme, embed}, Try: "lang=en",
				Answers: []openapi.Answer{page}, Fails: over},
			{Route: "POST /s/{token}", ID: "answerPage", Summary: "Hand in a page of a survey",
				Text:  "What the page's form sends. The answer is the next page; a refused one is 422 and shown again. Files come as multipart/form-data.",
				Query: []openapi.Param{theme, embed},
				Body:  &openapi.Body{Type: openapi.PlainForm, Also: []string{openapi.FormType}, Schema: formFields(), Limit: MaxBody, Example: `{"` + FieldTicket + `": "of the page", "sat": "4"}`},
				Answers: []openapi.Answer{page, openapi.OK(openapi.Object(openapi.Need("ticket", openapi.Text(0), "The page's next ticket.")), "What the page's script gets that keeps answers or gives a sign of life."),
					{Status: 303, Text: "The survey is over and leads on.", Headers: []openapi.Header{{Name: "Location", Schema: openapi.Form("^https?://", "https://shop.example/thanks"), Needed: true, Text: "Where to: to a host among the settings' `redirect_hosts`."}}},
					{Status: 422, Text: "An answer is missing or not taken, or the ticket is not one of this link's: the page is shown again and says so.", Type: page.Type, Schema: page.Schema}},
				Fails: append(slices.Clone(over),
					openapi.Problem{Kind: fault.TooMany, Slug: "too-many-uploads", Text: "Too many files arrive at once; try again."},
					openapi.Problem{Kind: fault.Denied, Slug: "foreign-form", Text: "The form was sent by another site's page."})},
			code("surveyQRSVG", "/s/{token}/qr.svg", "image/svg+xml", "The link as a QR code"),
			code("surveyQRPNG", "/s/{token}/qr.png", "image/png", "The link as a QR code, of dots"),
			{Route: "GET /s/{token}/files/{file}", ID: "surveyPicture", Summary: "A picture of the page", Text: "One of the survey's options, or the shop's logo, whether the survey takes answers or not.",
				Query:   []openapi.Param{{Name: "version", Schema: openapi.Integer().AtLeast(1), Text: "The published version whose picture it is; without it the one that the link shows."}},
				Answers: []openapi.Answer{openapi.Answer{Status: 200, Text: "The picture.", Type: files.PNG, Also: []string{files.JPEG}, Schema: openapi.Text(0)}.Tagged()}, Fails: []openapi.Problem{busy}},
			{Route: "GET /s/assets/page.js", ID: "surveyPageScript", Summary: "The script of the page", Answers: []openapi.Answer{file("text/javascript; charset=utf-8", "What the page can do without, made more comfortable.").Tagged()}},
		},
	}
}

// formFields are those of a page's form.
func formFields() openapi.Schema {
	on := openapi.OneOf("1")
	s := openapi.Object(
		openapi.Need(FieldTicket, openapi.Text(maxTicket), "Of the page that is handed in, as it stands there."),
		openapi.May(fieldBack, openapi.Text(0), "The way back was taken."),
		openapi.May(fieldScript, on, "A script showed and hid the questions that depend on one another."),
		openapi.May(fieldAutosave, on, "Only to be kept while more is being written."),
		openapi.May(fieldSign, on, "A sign of life on the page of a `one_click` link: what the link chose counts."),
		openapi.May(fieldResume, on, "To be shown where the ticket's visit stands."),
		openapi.May(fieldDecoy, openapi.Text(0), "People do not see it; who fills it in is `suspect`."))
	return s.Open().With("A field for each question, by its id; parts of one as `{id}.{part}`.")
}
