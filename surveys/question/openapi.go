package question

import (
	"strings"

	"waymark/surveys/openapi"
)

// about says what an answer to each type is.
var about = map[string]string{
	"csat":      "Customer satisfaction, answered by a whole number from 1 to 5.",
	"ces":       "Customer effort, answered by a whole number from 1 to 7.",
	"nps":       "Likelihood of a recommendation, answered by a whole number from 0 to 10.",
	"emotion":   "How it felt, answered by a whole number from -2 to 2.",
	"rating":    "Answered by a whole number from 1 to 5, in stars or numbers.",
	"choice":    "Answered by one option: its id, or `{\"other\": text}`.",
	"choices":   "Answered by several options: a list of ids and `{\"other\": text}`.",
	"text":      "Answered by a line of text.",
	"long_text": "Answered by text of several lines.",
	"number":    "Answered by a number.",
	"date":      "Answered by a calendar day.",
	"hidden":    "A text that the link or the API hands in.",
}

// own describes the keys that a type has beyond the common ones. A draft may
// hold what publishing refuses, so what publishing demands is said in words.
func own(t Type) map[string]openapi.Key {
	least, most := openapi.May("min", openapi.Number(), "The smallest number."), openapi.May("max", openapi.Number(), "The largest number, not less than min when published.")
	switch t.(type) {
	case choices:
		least.Text, most.Text = "How many must be chosen; a whole number when published.", "How many may be chosen; a whole number, not more than there are, when published."
	case date:
		day := openapi.Text(0).Like("2026-11-20")
		least, most = openapi.May("min", day, "The first day; a calendar day when published."), openapi.May("max", day, "The last day; a calendar day when published.")
	}
	keys := map[string]openapi.Key{}
	for _, k := range []openapi.Key{
		least, most,
		openapi.May("labels", openapi.Ref("Labels").OrNull(), "The ends of the scale in words."),
		openapi.May("shape", openapi.Text(0), "`stars` or `numbers` when published."),
		openapi.May("options", openapi.List(openapi.Ref("Option")).Sized(0, MaxOptions), "What there is to choose; at least one when published."),
		openapi.May("other", openapi.Bool(), "An own text may be given beside the options."),
		openapi.May("random", openapi.Bool(), "The options come in another order each time."),
		openapi.May("step", openapi.Number().OrNull(), "Only numbers so far apart, from min or 0; more than 0 when published."),
		openapi.May("unit", openapi.Text(MaxText), "Stands behind the number."),
		openapi.May("min_length", openapi.Integer().OrNull(), "Characters; from 0 to 10,000 when published."),
		openapi.May("max_length", openapi.Integer().OrNull(), "Characters; from 1 to 10,000 when published."),
		openapi.May("format", openapi.Text(0), "`email`, `url` or `tel` when published: only such a text is taken."),
		openapi.May("default", openapi.Text(0).OrNull(), "What holds where nothing was handed in; at most 200 characters when published."),
	} {
		keys[k.Name] = k
	}
	return keys
}

// Describe tells of questions: a schema for each type, and Question, which is
// any of them.
func Describe() []openapi.Named {
	text := openapi.Ref("LocalText")
	later := openapi.Schema{}
	out := []openapi.Named{
		openapi.Name("LocalText", openapi.Either(openapi.Text(MaxText).With("In the workspace's language."),
			openapi.Dictionary(openapi.Language(), openapi.Text(MaxText)).Sized(0, maxLanguages).With("By language, BCP 47.")).
			With("A text that people read: plain, or one for each language.").Like(map[string]string{"en": "Your delivery", "pt-BR": "Sua entrega"})),
		openapi.Sent[Labels]("Labels", "The ends of a scale in words.",
			openapi.May("low", text, ""), openapi.May("high", text, "")),
		openapi.Sent[Option]("Option", "One thing to choose.",
			openapi.Need("id", openapi.ChosenID().Like("red"), "Unique in the question; `other` is reserved."),
			openapi.May("title", text, ""),
			openapi.May("exclusive", openapi.Bool(), "Whoever chooses it chooses nothing else; in `choices` only."),
			openapi.May("image", later, "Not available yet: publishing refuses it.")),
	}
	question := openapi.Schema{By: "type", Text: "A question; its `type` decides which other keys it has."}
	for _, t := range types {
		keys := []openapi.Key{
			openapi.Need("id", openapi.Form(IDForm, "sat"), "Unique in the survey; answers name it."),
			openapi.Need("type", openapi.OneOf(t.Name()), ""),
			openapi.May("title", text, "Needed when published, but by hidden."),
			openapi.May("help", text, "Stands below the title."),
			openapi.May("required", openapi.Bool(), "Nobody gets on without an answer."),
			openapi.May("page", openapi.Integer().Between(0, maxPages), "Questions of one page are asked together."),
			openapi.May("show_if", openapi.Text(MaxText), "Not available yet: publishing refuses it."),
			openapi.May("required_if", openapi.Text(MaxText), "Not available yet: publishing refuses it."),
			openapi.May("jump", openapi.List(later), "Not available yet: publishing refuses it."),
		}
		described := own(t)
		for _, name := range t.Keys() {
			k, known := described[name]
			if !known { // Document.Faults tells, since there is no such schema
				k = openapi.May(name, openapi.Ref("of the key "+name+", which package question does not describe"), "")
			}
			keys = append(keys, k)
		}
		n := openapi.PartOf[Question]("Question"+camel(t.Name()), about[t.Name()], keys...)
		question.Any = append(question.Any, openapi.Schema{Ref: n.Name, When: t.Name()})
		out = append(out, n)
	}
	return append(out, openapi.Name("Question", question))
}

func camel(s string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(s, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
