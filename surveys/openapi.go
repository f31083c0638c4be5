package surveys

import (
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
	"waymark/surveys/question"
	"waymark/surveys/rest"
)

// What the routes of surveys may refuse.
var (
	neverPublished = openapi.Problem{Kind: fault.Conflict, Slug: "survey-draft", Text: "The survey was never published: it takes no answers, and there is nothing to close."}
	hasResponses   = openapi.Problem{Kind: fault.Conflict, Slug: "has-responses", Text: "The survey has responses. Delete them first, or close the survey."}
	unknownMap     = openapi.Problem{Kind: fault.NotFound, Slug: "not-found", Text: "There is no such map."}
	badStatus      = openapi.Problem{Kind: fault.Malformed, Slug: "bad-status", Text: "There is no such status."}
	badVersion     = openapi.Problem{Kind: fault.Malformed, Slug: "bad-version", Text: "`version` is no whole number from 1."}
	notReady       = openapi.Problem{Kind: fault.Invalid, Slug: "invalid", Text: "The draft cannot be published; `errors` points at each reason."}
)

// The examples of bodies.
const (
	exampleSurvey = `{
  "map": "{map}",
  "stage": "delivery",
  "title": {"en": "Your delivery", "pt-BR": "Sua entrega"},
  "segments": ["state"],
  "questions": [
    {"id": "sat", "type": "csat", "title": {"en": "How satisfied are you with the delivery?", "pt-BR": "Quão satisfeito você está com a entrega?"}, "required": true},
    {"id": "feel", "type": "emotion", "title": {"en": "How did it feel?", "pt-BR": "Como foi?"}}
  ]
}`
	exampleSurveyEdit = `{
  "map": "{map}",
  "stage": "delivery",
  "title": {"en": "Your delivery"},
  "segments": ["state"],
  "questions": [
    {"id": "sat", "type": "csat", "title": {"en": "How satisfied are you with the delivery?"}, "required": true},
    {"id": "feel", "type": "emotion", "title": {"en": "How did it feel?"}},
    {"id": "why", "type": "text", "title": {"en": "What is the reason?"}, "max_length": 500}
  ]
}`
)

// Describe tells of the routes of surveys.
func Describe() openapi.Domain {
	survey, document := openapi.Ref("Survey"), openapi.Ref("SurveyDocument")
	paging := openapi.Paging()
	return openapi.Domain{
		Name: "Surveys",
		Text: "A survey asks about a stage of a map. It is edited as a draft and published as a version that never changes; answers belong to the version that was current when they came.",
		Path: []openapi.Param{{Name: "survey", Schema: openapi.ID("srv"), Text: "The survey's id."}},
		Operations: []openapi.Operation{
			{Route: "GET /v1/surveys", ID: "listSurveys", Summary: "List surveys", Try: "status=published",
				Query: append(paging,
					openapi.Param{Name: "map", Schema: openapi.ID("map"), Text: "Only those of the map."},
					openapi.Param{Name: "stage", Schema: openapi.Text(0).Sized(1, 0).Like("delivery"), Text: "Only those of the stage."},
					openapi.Param{Name: "status", Schema: openapi.OneOf(Draft, Published, Closed), Text: "Only those with the status."}),
				Answers: []openapi.Answer{openapi.Page(survey, "A page of surveys.")}, Fails: []openapi.Problem{unknownMap, badStatus}},
			{Route: "POST /v1/surveys", ID: "createSurvey", Summary: "Make a survey", Text: "A draft: what only publishing demands may be missing still.",
				Body:    openapi.JSONBody(document, rest.MaxBody, exampleSurvey),
				Answers: []openapi.Answer{openapi.Created(survey, "The survey as it was sent, with its id and version.").Tagged()}, Fails: []openapi.Problem{unknownMap}},
			{Route: "GET /v1/surveys/{survey}", ID: "getSurvey", Summary: "Read a survey", Text: "The draft where there is one, else what is published. Only a draft answers 304, and `?version=` has no entity tag.",
				Query:   []openapi.Param{{Name: "version", Schema: openapi.Integer().AtLeast(1), Text: "A published version instead."}},
				Answers: []openapi.Answer{openapi.OK(survey, "The survey as it was sent.").SometimesTagged()}, Fails: []openapi.Problem{badVersion}},
			{Route: "PUT /v1/surveys/{survey}", ID: "replaceSurvey", Summary: "Replace a survey", Text: "The whole definition is replaced by a new draft; what is published goes on taking answers. The same definition again changes nothing.",
				IfMatch: true, Body: openapi.JSONBody(document, rest.MaxBody, exampleSurveyEdit),
				Answers: []openapi.Answer{openapi.OK(survey, "The draft.").Tagged()}},
			{Route: "DELETE /v1/surveys/{survey}", ID: "deleteSurvey", Summary: "Delete a survey", Text: "Only a survey without responses can go.",
				Answers: []openapi.Answer{openapi.Deleted("It is gone.")}, Fails: []openapi.Problem{hasResponses}},
			{Route: "POST /v1/surveys/{survey}/publish", ID: "publishSurvey", Summary: "Publish a survey", Text: "The draft becomes a version that never changes, and takes answers at once. Without a draft nothing happens; a closed survey opens again.",
				Answers: []openapi.Answer{openapi.OK(survey, "What is published.").Tagged()}, Fails: []openapi.Problem{notReady}},
			{Route: "POST /v1/surveys/{survey}/close", ID: "closeSurvey", Summary: "Close a survey", Text: "No answer whose request begins after this one was answered is taken.",
				Answers: []openapi.Answer{openapi.OK(survey, "The closed survey.").Tagged()}, Fails: []openapi.Problem{neverPublished}},
		},
		Schemas: describeSurveys(),
	}
}

func describeSurveys() []openapi.Named {
	text, when := openapi.Ref("LocalText"), openapi.Text(question.MaxText).Like("sat <= 2")
	document := openapi.Sent[Definition]("SurveyDocument", "A survey as its author writes it. It comes back as it was sent.",
		openapi.Need("map", openapi.ID("map"), "The map whose stage it asks about."),
		openapi.Need("stage", openapi.ChosenID(), "The stage."),
		openapi.May("touchpoint", openapi.ChosenID().Like("courier").OrNull(), "A touchpoint of the stage; null or absent is the stage itself."),
		openapi.May("title", openapi.Ref("LocalText"), "Its languages are the survey's. Needed when published."),
		openapi.May("segments", openapi.List(openapi.ChosenID().Like("state")).Sized(0, maxSegments).Distinct(), "Properties of responses by which scores can be filtered."),
		openapi.May("layout", openapi.OneOf(layouts...).OrEmpty().Otherwise(layouts[0]), "One step after the other, or all on a page."),
		openapi.May("questions", openapi.List(openapi.Ref("Question")).Sized(0, maxQuestions), "At least one when published, and one for each metric."),
		openapi.May("incentive", text, "What answering is rewarded with; for those who read the definition."),
		openapi.May("thanks", openapi.List(openapi.Ref("Thanks")).Sized(0, maxRules), "How the survey ends: the first whose `if` is true. Without one, a word of thanks."),
		openapi.May("calculated", openapi.List(openapi.Ref("Calculated")).Sized(0, maxRules), "Values that follow from the answers; each may name those before it."),
		openapi.May("quotas", openapi.List(openapi.Ref("Quota")).Sized(0, maxRules), "How many responses count; a further one is stored as `screened`. A quota goes on over versions."),
		openapi.May("invite", openapi.Schema{}, "Not available yet: kept in drafts, refused when published."))
	shown := append([]openapi.Key{
		openapi.Need("id", openapi.ID("srv"), ""),
		openapi.Need("status", openapi.OneOf(Draft, Published, Closed), "A published survey with unpublished edits shows as draft and goes on taking answers."),
		openapi.Need("version", openapi.Integer().AtLeast(1), "Raised by every edit; the ETag. Published versions rise and may skip numbers."),
		openapi.Need("created_at", openapi.Instant(), ""),
		openapi.Need("updated_at", openapi.Instant(), ""),
		openapi.Need("updated_by", openapi.Text(0), "The name of the key that wrote it."),
	}, document.Keys...)
	return append([]openapi.Named{
		openapi.Name("Survey", openapi.Object(shown...).With("A survey as it is answered: what was sent, and the keys that only the server writes.")),
		document,
		openapi.Sent[Thanks]("Thanks", "An end of a survey. What it may say is checked when published.",
			openapi.May("if", when, "An expression over all answers; without one it is for everybody."),
			openapi.May("text", text, "May name answers: `{{name}}` or `{{name|otherwise}}`."),
			openapi.May("redirect", openapi.Text(question.MaxText).Like("https://shop.example/thanks"), "Where the person is led at once: https, and a host of the setting `redirect_hosts`."),
			openapi.May("link", openapi.Either(openapi.Text(question.MaxText).Like("https://reviews.example/shop"), openapi.Ref("ThanksLink")).OrNull(), "Where the person may go on: https.")),
		openapi.Sent[Link]("ThanksLink", "A link at the end of a survey.",
			openapi.May("url", openapi.Text(question.MaxText).Like("https://reviews.example/shop"), "Needed when published."),
			openapi.May("text", text, "")),
		openapi.Sent[Calculated]("Calculated", "A calculated value, which expressions and texts name `calc.` and its id.",
			openapi.May("id", openapi.Text(0).Like("total"), "Unique, in the form of a question's id, when published."),
			openapi.May("value", openapi.Text(question.MaxText).Like("sat * 2"), "An expression; null gives no value. Needed when published.")),
		openapi.Sent[Quota]("Quota", "How many responses may count.",
			openapi.May("id", openapi.Text(0).Like("sp"), "Unique, of A-Z a-z 0-9 _ -, when published."),
			openapi.May("if", openapi.Text(question.MaxText).Like("property.state == 'SP'"), "Which ones; without one all."),
			openapi.May("limit", openapi.Integer(), "From 1 to 1,000,000 when published.")),
	}, question.Describe()...)
}
