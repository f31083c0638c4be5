package mapping

import (
	"waymark/mapping/score"
	"waymark/surveys/openapi"
)

func describeScores() []openapi.Named {
	measure := []openapi.Key{
		openapi.Need("metric", openapi.OneOf(score.Metrics()...), "csat in percent of the two top answers, nps from -100 to 100; the others are means on their scale."),
		openapi.Need("value", openapi.Number().OrNull(), ""),
		openapi.Need("low", openapi.Number().OrNull(), "The lower end of the 95 % interval."), openapi.Need("high", openapi.Number().OrNull(), "The upper end of the 95 % interval."),
		openapi.Need("n", openapi.Integer().AtLeast(0).OrNull(), "How many answers."),
		openapi.Need("distribution", openapi.Dictionary(openapi.Form("^-?[0-9]+$", "5"), openapi.Integer().AtLeast(0)).OrNull(), "Answers by value: null when hidden, {} when empty."),
		openapi.Need("state", openapi.OneOf(Empty, Hidden, Indicative, OK), "By n: 0, 1 to 4 (or held back to protect a small group), 5 to 29, 30 and more."),
	}
	series := append([]openapi.Key{
		openapi.Need("series", openapi.ID("ser"), "One wording of one measurement."), openapi.Need("surveys", openapi.List(openapi.ID("srv")), "Those that ask it."),
		openapi.Need("question", openapi.Text(0), "The question's id."), openapi.Need("title", openapi.Text(0), "Its title."),
	}, measure...)
	one := openapi.Ref("Measure").OrNull()
	return []openapi.Named{
		openapi.Given[Scores]("Scores", "A map's scores of one window.",
			openapi.Need("map", openapi.ID("map"), ""),
			openapi.Need("from", openapi.Instant(), "Inside the window."),
			openapi.Need("to", openapi.Instant(), "Outside the window."),
			openapi.Need("as_of", openapi.Instant(), "When they were computed."),
			openapi.Need("snapshot", openapi.ID("snp").OrNull(), ""),
			openapi.Need("stages", openapi.List(openapi.Ref("StageScore")), "In the order of the map.")),
		openapi.Given[StageScore]("StageScore", "What the surveys bound to a stage say.",
			openapi.Need("id", openapi.ChosenID(), "The stage."),
			openapi.Need("satisfaction", one, "The wording with the most answers in the window."),
			openapi.Need("emotion", one, ""),
			openapi.Need("metrics", openapi.List(openapi.Ref("SeriesScore")), "Every wording apart."),
			openapi.Need("touchpoints", openapi.List(openapi.Ref("TouchpointScore")), ""),
			openapi.Need("responses", openapi.Integer().AtLeast(0).OrNull(), "Counted ones; null where the number would give a hidden one away."),
			openapi.Need("suspects", openapi.Integer().AtLeast(0).OrNull(), "Not counted ones; null as above."),
			openapi.Need("last_response_at", openapi.Instant().OrNull(), "Within the window."),
			openapi.Need("freshness", openapi.OneOf("fresh", "ageing", "stale", "empty"), "By the age of the newest answer of all time, and the settings.")),
		openapi.Given[TouchpointScore]("TouchpointScore", "What the surveys bound to a touchpoint say.",
			openapi.Need("id", openapi.ChosenID().Like("courier"), "The touchpoint."),
			openapi.Need("satisfaction", one, ""),
			openapi.Need("emotion", one, "")),
		openapi.Given[Measure]("Measure", "A score with its uncertainty. All numbers are null when hidden.", measure...),
		openapi.Given[SeriesScore]("SeriesScore", "The score of one wording.", series...),
	}
}
