package responses

import (
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
	"waymark/surveys/question"
	"waymark/surveys/rest"
)

// What the routes of responses may refuse.
var (
	unknownSurvey = openapi.Problem{Kind: fault.NotFound, Slug: "not-found", Text: "There is no such survey or map, or no file that an answer names."}
	surveyDraft   = openapi.Problem{Kind: fault.Conflict, Slug: "survey-draft", Text: "The survey was never published; publish it first."}
	surveyClosed  = openapi.Problem{Kind: fault.Gone, Slug: "survey-closed", Text: "The survey is closed and takes no more answers."}
	idTaken       = openapi.Problem{Kind: fault.Conflict, Slug: "id-taken", Text: "Another response came with this id already."}
	erased        = openapi.Problem{Kind: fault.Gone, Slug: "erased", Text: "A response with this id was deleted; it is not taken again."}
	notCounted    = openapi.Problem{Kind: fault.Conflict, Slug: "not-counted", Text: "A response that is partial or screened out cannot become counted or suspect."}
	surveyMissing = openapi.Problem{Kind: fault.Malformed, Slug: "survey-missing", Text: "Name the survey: `?survey=srv_…`."}
	filtering     = []openapi.Problem{
		unknownSurvey,
		{Kind: fault.Malformed, Slug: "bad-status", Text: "There is no such status."},
		{Kind: fault.Malformed, Slug: "bad-time", Text: "`from` or `to` is no time like 2026-11-20T09:30:00Z."},
		{Kind: fault.Malformed, Slug: "bad-window", Text: "`from` is not before `to`."},
		{Kind: fault.Malformed, Slug: "bad-segment", Text: "A segment is written `property:value`."},
	}
)

// The examples of bodies.
const (
	exampleResponse = `{
  "survey": "{survey}",
  "id": "order-4711",
  "answers": {"sat": 4, "feel": -1, "why": "Two days late"},
  "respondent": "cust-99",
  "properties": {"state": "SP"},
  "occurred_at": "2026-11-20T09:30:00Z"
}`
	exampleLines = `{"survey": "{survey}", "id": "order-4712", "answers": {"sat": 5}, "properties": {"state": "RJ"}}
{"survey": "{survey}", "id": "order-4713", "answers": {"sat": 6}}
`
	examplePatch = `{"status": "suspect"}`
)

func filters(survey bool) []openapi.Param {
	return []openapi.Param{
		{Name: "survey", Schema: openapi.ID("srv"), Needed: survey, Text: "Only those to the survey."},
		{Name: "map", Schema: openapi.ID("map"), Text: "Only those to surveys of the map."},
		{Name: "stage", Schema: openapi.Text(0).Sized(1, 0).Like("delivery"), Text: "Only those to surveys of the stage."},
		{Name: "status", Schema: openapi.OneOf(readable...), Text: "Only those with the status; without it all."},
		{Name: "respondent", Schema: openapi.Text(0).Sized(1, 0).Like("cust-99"), Text: "Only those of the person, by the sender's id."},
		{Name: "from", Schema: openapi.Time(), Text: "Only those that occurred then or later."},
		{Name: "to", Schema: openapi.Time(), Text: "Only those that occurred before."},
		{Name: "segment", Many: true, Schema: openapi.Form("^[^:]+:", "state:SP"), Text: "`property:value`: only those with that value; several are joined by AND."},
		{Name: "q", Schema: openapi.Text(0).Sized(1, 0).Like("late"), Text: "Only those with this text in an answer, literally, letter case aside."},
	}
}

// Describe tells of the routes of responses.
func Describe() openapi.Domain {
	shown, receipt := openapi.Ref("Response"), openapi.Ref("Receipt")
	again := openapi.OK(receipt, "The same came before under this `id`: the first receipt again.")
	lines := openapi.Answer{Status: 200, Text: "A line for each line of the body that is not blank, in order, each after its response is durable.", Type: NDJSON.MediaType(), Schema: openapi.Ref("BatchLine"), Lines: true}
	export := func(id string, f Format, summary string, a openapi.Answer) openapi.Operation {
		a.Status, a.Type = 200, f.MediaType()
		a.Headers = []openapi.Header{{Name: "Content-Disposition", Schema: openapi.Text(0).Like(`attachment; filename="responses.` + string(f) + `"`), Needed: true, Text: "A name for the file."}}
		return openapi.Operation{Route: "GET /v1/responses/export." + string(f), ID: id, Summary: summary, Text: "Streams, in the order in which they occurred. An export that fails midway is cut: its chunked encoding is unfinished.",
			Query: filters(true), Try: "survey={survey}&q=late", Answers: []openapi.Answer{a}, Fails: append([]openapi.Problem{surveyMissing}, filtering...)}
	}
	return openapi.Domain{
		Name: "Responses",
		Text: "What one person answered. A response that was acknowledged is on the disk; scores follow within a second.",
		Path: []openapi.Param{{Name: "response", Schema: openapi.ID("rsp"), Text: "The response's id."}},
		Operations: []openapi.Operation{
			{Route: "POST /v1/responses", ID: "createResponse", Summary: "Hand in a response", Text: "An `id` of your own makes a repeat harmless: the same values answer 200 with the first receipt. An answer to a question that is not asked after the others is refused. Where a quota of the survey is full the response is stored as `screened`.",
				Body:    openapi.JSONBody(openapi.Ref("Submission"), rest.MaxAnswer, exampleResponse),
				Answers: []openapi.Answer{again, openapi.Created(receipt, "The receipt.")}, Fails: []openapi.Problem{unknownSurvey, surveyDraft, idTaken, surveyClosed, erased}},
			{Route: "POST /v1/responses/batch", ID: "createResponses", Summary: "Hand in many responses",
				Text:    "One JSON object a line. Results come while the body is still sent; a client need not read while it sends. Each line stands alone, and an unfinished last line is not taken.",
				Body:    &openapi.Body{Type: NDJSON.MediaType(), Schema: openapi.Ref("Submission"), Lines: true, Limit: rest.MaxAnswer, Example: exampleLines},
				Answers: []openapi.Answer{lines}, LineFails: []openapi.Problem{
					{Kind: fault.Malformed, Slug: "not-json", Text: "The line is not JSON."},
					{Kind: fault.Malformed, Slug: "too-deep", Text: "The JSON is nested too deep."},
					{Kind: fault.Malformed, Slug: "malformed", Text: "A key is unknown, stands there twice or has another JSON type."},
					unknownSurvey, surveyDraft, idTaken, surveyClosed, erased,
					{Kind: fault.TooLarge, Slug: "line-too-large", Text: "The line is longer than 256 KiB."},
					{Kind: fault.Invalid, Slug: "invalid", Text: "The rules refuse a value; `errors` points at each one."},
					{Kind: fault.Invalid, Slug: "invalid-utf8", Text: "The line is not valid UTF-8."},
					{Kind: fault.Unavailable, Slug: "store-down", Text: "The store could not be used; send the line again."},
				}},
			{Route: "GET /v1/responses", ID: "listResponses", Summary: "List responses", Try: "survey={survey}&segment=state:SP&limit=2",
				Query: append(openapi.Paging(), filters(false)...), Answers: []openapi.Answer{openapi.Page(shown, "A page of responses.")}, Fails: filtering},
			export("exportNDJSON", NDJSON, "Export responses as NDJSON", openapi.Answer{Text: "A response on each line.", Schema: shown, Lines: true}),
			export("exportCSV", CSV, "Export responses as CSV", openapi.Answer{Text: "A row for each response and a column for each question, RFC 4180. A text that a spreadsheet could take for a formula begins with an apostrophe.", Schema: openapi.Text(0)}),
			{Route: "GET /v1/responses/{response}", ID: "getResponse", Summary: "Read a response", Answers: []openapi.Answer{openapi.OK(shown, "The response.")}},
			{Route: "PATCH /v1/responses/{response}", ID: "changeResponse", Summary: "Count a response or not", Text: "What is suspect gives its place in quotas back; what counts again takes one where one is left, and counts either way.", Body: openapi.JSONBody(openapi.Ref("ResponseChange"), rest.MaxBody, examplePatch),
				Answers: []openapi.Answer{openapi.OK(shown, "The response as it is now.")}, Fails: []openapi.Problem{notCounted}},
			{Route: "DELETE /v1/responses/{response}", ID: "deleteResponse", Summary: "Erase a response", Text: "Its scores are computed anew. A repeat of it under the same `id` is refused from now on.",
				Answers: []openapi.Answer{openapi.Deleted("It is gone.")}},
		},
		Schemas: describeResponses(),
	}
}

func describeResponses() []openapi.Named {
	answers := openapi.Dictionary(openapi.Form(question.IDForm, "sat"), openapi.Ref("Answer"))
	properties := openapi.Dictionary(openapi.Text(surveys.MaxProperty).Sized(1, surveys.MaxProperty), openapi.Text(surveys.MaxProperty)).Sized(0, surveys.MaxProperties).Like(map[string]string{"state": "SP"})
	receipt := []openapi.Key{
		openapi.Need("id", openapi.ID("rsp"), ""),
		openapi.Need("survey", openapi.ID("srv"), ""),
		openapi.Need("version", openapi.Integer().AtLeast(1), "The version of the survey that it answers."),
		openapi.Need("status", openapi.OneOf(readable...), "Only counted ones enter scores; partial is unfinished, suspect looks like no person, screened came over a quota."),
		openapi.Need("received_at", openapi.Instant(), ""),
	}
	return []openapi.Named{
		openapi.Sent[Submission]("Submission", "A response as it is sent.",
			openapi.Need("survey", openapi.ID("srv"), ""),
			openapi.May("id", openapi.Text(maxSenderID).Sized(1, maxSenderID).OrNull(), "Your own, of printable characters, unique in the survey."),
			openapi.Need("answers", answers, "By question. What was not answered is left out."),
			openapi.May("respondent", openapi.Text(maxRespondent), "The person, by an id of yours."),
			openapi.May("properties", properties, "What else is known, such as what scores are filtered by."),
			openapi.May("occurred_at", openapi.Time().OrNull(), "When it was answered: from 1970 to 5 minutes ahead. Without it, now."),
			openapi.May("language", openapi.Text(maxLanguage), "In which it was answered, BCP 47.")),
		openapi.Name("Answer", openapi.Either(openapi.Number(), openapi.Text(question.MaxText), openapi.Bool(),
			openapi.List(openapi.Either(openapi.Text(0), openapi.Ref("OwnText"))).Sized(1, question.MaxOptions+1), openapi.Ref("OwnText"),
			openapi.Ref("FileAnswer"), openapi.Ref("RowAnswers")).
			With("An answer; which of these is decided by the question's type.").Like(4)),
		openapi.Given[question.FileAnswer]("FileAnswer", "A file that was uploaded, as its upload told.",
			openapi.Need("id", openapi.ID("fil"), ""), openapi.Need("name", openapi.Text(0), ""), openapi.Need("type", openapi.Text(0).Like("image/png"), "Its media type."),
			openapi.Need("bytes", openapi.Integer().AtLeast(1), "")),
		openapi.Name("RowAnswers", openapi.Dictionary(openapi.ChosenID(), openapi.Either(openapi.ChosenID(), openapi.List(openapi.ChosenID()).Sized(1, question.MaxOptions))).Sized(1, question.MaxOptions).
			With("Of a matrix: the id of a column, or of several, for each row.")),
		openapi.Name("OwnText", openapi.Schema{Type: "object", Closed: true, Keys: []openapi.Key{openapi.Need("other", openapi.Text(question.MaxOther).Sized(1, question.MaxOther), "")}, Text: "An own text beside the options."}),
		openapi.Given[Receipt]("Receipt", "What the sender gets.", receipt...),
		openapi.Given[Shown]("Response", "A response as readers see it.", append(receipt,
			openapi.Need("sender_id", openapi.Text(maxSenderID).OrNull(), "The `id` that it was sent with."),
			openapi.Need("answers", answers, ""),
			openapi.Need("calculated", openapi.Dictionary(openapi.Form(question.IDForm, "total"), openapi.Either(openapi.Number(), openapi.Text(0), openapi.Bool())), "What the survey calculates from the answers."),
			openapi.Need("properties", properties, ""),
			openapi.Need("respondent", openapi.Text(maxRespondent).OrNull(), ""),
			openapi.Need("language", openapi.Text(maxLanguage).OrNull(), ""),
			openapi.Need("occurred_at", openapi.Instant(), ""),
			openapi.Need("via", openapi.Ref("Via"), ""))...),
		openapi.Given[ShownVia]("Via", "How a response came.",
			openapi.Need("channel", openapi.OneOf(channels...), ""),
			openapi.Need("link", openapi.ID("lnk").OrNull(), ""),
			openapi.Need("origin", openapi.Text(0).OrNull(), ""),
			openapi.Need("url", openapi.Text(0).OrNull(), "")),
		openapi.Given[result]("BatchLine", "What became of a line.",
			openapi.Need("line", openapi.Integer().AtLeast(1), "Its number in the body; blank lines count."),
			openapi.Need("status", openapi.Integer().Between(200, 599), "As if the line had come alone."),
			openapi.May("id", openapi.ID("rsp"), "Of the response, where it was taken."),
			openapi.May("problem", openapi.Ref("Problem"), "Why it was refused.")),
		openapi.Sent[statusChange]("ResponseChange", "A change of a response.",
			openapi.Need("status", openapi.OneOf(Counted, Suspect), "")),
	}
}
