package page

import (
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// Describe tells of the routes of the hosted survey page.
func Describe() openapi.Domain {
	file := func(mediaType, text string) openapi.Answer {
		return openapi.Answer{Status: 200, Text: text, Type: mediaType, Schema: openapi.Text(0)}
	}
	page := file("text/html; charset=utf-8", "The page.")
	over := []openapi.Problem{
		{Kind: fault.Gone, Slug: "survey-closed", Text: "The survey is closed."},
		{Kind: fault.Gone, Slug: "used", Text: "The link for one answer was answered, and a day has passed since."},
		{Kind: fault.Gone, Slug: "full", Text: "The link has all the answers that it takes."},
		{Kind: fault.Gone, Slug: "erased", Text: "The response of this visit was deleted."},
		{Kind: fault.Conflict, Slug: "survey-draft", Text: "The survey is not published yet."},
		{Kind: fault.Conflict, Slug: "survey-unready", Text: "The draft of a preview cannot be shown: publishing would refuse it."},
		{Kind: fault.TooMany, Slug: "too-many-requests", Text: "Too many requests came from this network; wait a minute."},
	}
	theme := openapi.Param{Name: "theme", Schema: openapi.OneOf("light", "dark"), Text: "Without it the reader's system decides."}
	lang := openapi.Param{Name: "lang", Schema: openapi.Language(), Text: "One of the survey's languages; it stays chosen."}
	embed := openapi.Param{Name: "embed", Schema: openapi.OneOf("1"), Text: "The page may stand in a frame of another site."}
	code := func(id, path, mediaType, summary string) openapi.Operation {
		return openapi.Operation{Route: "GET " + path, ID: id, Summary: summary, Answers: []openapi.Answer{file(mediaType, "The code.").Tagged()}, Fails: over[len(over)-1:]}
	}
	return openapi.Domain{
		Name: "The survey page",
		Text: "Where people answer, by the link of a survey. A page for people, not an API: its forms work without scripts, and its failures are pages, too.",
		Path: []openapi.Param{
			{Name: "token", Schema: openapi.Form("^[A-Za-z0-9_-]{27}$", "AbCdEfGhIjKlMnOpQrStUvWxYz0"), Text: "The secret part of a link."},
			{Name: "file", Schema: openapi.ID("fil"), Text: "The file's id."}},
		Operations: []openapi.Operation{
			{Route: "GET /s/{token}", ID: "surveyPage", Summary: "Look at a survey",
				Text:    "Counts and stores nothing, since scanners of mails look, too. `{question}=value` chooses an answer beforehand; other parameters are passed over.",
				Query:   []openapi.Param{lang, theme, embed},
				Answers: []openapi.Answer{page}, Fails: over},
			{Route: "POST /s/{token}", ID: "answerPage", Summary: "Hand in a page of a survey",
				Text:    "What the page's form sends: a field for each question by its id, and the page's ticket. The answer is the next page; a refused one is 422 and shown again. Files come as multipart/form-data.",
				Body:    &openapi.Body{Type: "application/x-www-form-urlencoded", Schema: openapi.Object(openapi.Need(FieldTicket, openapi.Text(0), "Of the page that is handed in.")).Open(), Limit: MaxBody, Example: `{"wm-ticket": "…", "sat": "4"}`},
				Answers: []openapi.Answer{page, {Status: 303, Text: "The survey is over and leads on.", Headers: []openapi.Header{{Name: "Location", Schema: openapi.Text(0).Like("https://shop.example/thanks"), Needed: true, Text: "Where to."}}}},
				Fails: append(over[:len(over):len(over)],
					openapi.Problem{Kind: fault.Denied, Slug: "foreign-form", Text: "The form was sent by another site's page."},
					openapi.Problem{Kind: fault.Unsupported, Slug: "not-a-form", Text: "The body is no form."},
					openapi.Problem{Kind: fault.Malformed, Slug: "bad-form", Text: "The form cannot be read."},
					openapi.Problem{Kind: fault.TooLarge, Slug: "body-too-large", Text: "The form is too large."},
					openapi.Problem{Kind: fault.Invalid, Slug: "invalid", Text: "An answer is missing or not taken: the page is shown again and says which."})},
			code("surveyQRSVG", "/s/{token}/qr.svg", "image/svg+xml", "The link as a QR code"),
			code("surveyQRPNG", "/s/{token}/qr.png", "image/png", "The link as a QR code, of dots"),
			{Route: "GET /s/{token}/files/{file}", ID: "surveyPicture", Summary: "A picture of the page", Text: "One of the survey's options, or the shop's logo.",
				Answers: []openapi.Answer{{Status: 200, Text: "The picture.", Type: "image/png", Schema: openapi.Text(0)}}, Fails: over},
			{Route: "GET /s/assets/page.js", ID: "surveyPageScript", Summary: "The script of the page", Answers: []openapi.Answer{file("text/javascript; charset=utf-8", "What the page can do without, made more comfortable.").Tagged()}},
		},
	}
}
