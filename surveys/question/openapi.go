package question

import (
	"strings"

	"waymark/surveys/openapi"
)

// commonKeys describes the keys of every question.
func commonKeys(t Type) []openapi.Key {
	return []openapi.Key{
		openapi.Need("id", openapi.Form(IDForm, "sat"), "Unique in the survey; answers name it."),
		openapi.Need("type", openapi.OneOf(t.Name()), ""),
		openapi.May("title", openapi.Ref("LocalText"), "Needed when published, but by hidden."),
		openapi.May("help", openapi.Ref("LocalText"), "Stands below the title."),
		openapi.May("required", openapi.Bool(), "Nobody gets on without an answer."),
		openapi.May("page", openapi.Integer().Between(0, maxPages), "Questions of one page are asked together."),
		openapi.May("show_if", openapi.Text(MaxText).Like("sat <= 2 and answered(why)"), "Asked only where this is true. Expressions name earlier questions, `calc.`, `property.` and `contact.`; unanswered is null, and only true shows."),
		openapi.May("required_if", openapi.Text(MaxText).Like("sat <= 2"), "Needs an answer where this is true."),
		openapi.May("jump", openapi.List(openapi.Ref("Jump")).Sized(0, maxJumps), "Where it goes on: the first whose `if` is true; without one at the next question."),
	}
}

// Describe tells of questions: a schema for each type, and Question, which is
// any of them.
func Describe() []openapi.Named {
	text := openapi.Ref("LocalText")
	out := []openapi.Named{
		openapi.Name("LocalText", openapi.Either(openapi.Text(MaxText).With("In the workspace's language."),
			openapi.Dictionary(openapi.Language(), openapi.Text(MaxText)).Sized(0, maxLanguages).With("By language, BCP 47.")).
			With("A text that people read: plain, or one for each language.").Like(map[string]string{"en": "Your delivery", "pt-BR": "Sua entrega"})),
		openapi.Sent[Labels]("Labels", "The ends of a scale in words.",
			openapi.May("low", text, ""), openapi.May("high", text, "")),
		openapi.Sent[Jump]("Jump", "A way past questions.",
			openapi.May("if", openapi.Text(MaxText).Like("sat == 5"), "May name this question too. Needed when published."),
			openapi.May("to", openapi.Text(0).Like("end"), "A later question, or `end`. Needed when published.")),
		openapi.Sent[Option]("Option", "One thing to choose.",
			openapi.Need("id", openapi.ChosenID().Like("red"), "Unique in the question; `other` is reserved."),
			openapi.May("title", text, ""),
			openapi.May("exclusive", openapi.Bool(), "Whoever chooses it chooses nothing else; in `choices` only."),
			openapi.May("image", openapi.Text(0).Like(openapi.Sample("fil")), "The file of a picture; in `picture` only, and needed there when published.")),
		openapi.Sent[Word]("Word", "A word for how it felt.",
			openapi.Need("id", openapi.ChosenID().Like("heard"), "Unique in the question."),
			openapi.May("title", text, "Needed when published, but by the words of the curated list."),
			openapi.May("valence", openapi.Number().OrNull(), "From -2, bad, to 2, good, when published; of a curated word its own without it."),
			openapi.May("arousal", openapi.Number().OrNull(), "From -2, calm, to 2, stirred, when published; of a curated word its own without it.")),
		openapi.Sent[Part]("Part", "A row or a column.",
			openapi.Need("id", openapi.ChosenID().Like("box"), "Unique in its list."),
			openapi.May("title", text, "Needed when published.")),
	}
	question := openapi.Schema{By: "type", Text: "A question; its `type` decides which other keys it has."}
	for _, t := range types {
		n := openapi.PartOf[Question]("Question"+camel(t.Name()), t.About(), append(commonKeys(t), t.Keys()...)...)
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
