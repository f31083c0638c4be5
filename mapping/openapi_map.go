package mapping

import (
	"slices"

	"waymark/mapping/picture"
	"waymark/surveys/openapi"
)

// Short words for what most keys of a map are.
var (
	words    = openapi.Text(maxText)
	listed   = openapi.List(words)
	filled   = openapi.Text(maxText).Filled()
	stageID  = openapi.ChosenID().Like("delivery")
	pointID  = openapi.ChosenID().Like("courier")
	image    = openapi.Form("^data:image/(png|jpeg|webp);base64,", "data:image/png;base64,iVBORw0KGgo…").OrNull()
	grade    = openapi.Integer().Between(1, 5).OrNull()
	fraction = openapi.Number().Between(0, 1).OrNull()
	kpiID    = openapi.ChosenID().Like("delivery_days").OrNull()
)

const inStage = "A touchpoint of the stage, by its id."

// readOnly are the keys that every stored document gains.
func readOnly(prefix string) []openapi.Key {
	return []openapi.Key{
		openapi.Need("id", openapi.ID(prefix), ""), openapi.Need("version", openapi.Integer().AtLeast(1), "Raised by every edit; the ETag."),
		openapi.Need("created_at", openapi.Instant(), ""), openapi.Need("updated_at", openapi.Instant(), ""), openapi.Need("updated_by", openapi.Text(0), "The name of the key that wrote it."),
	}
}

func describeMaps() []openapi.Named {
	document := openapi.Sent[Document]("MapDocument", "A journey map as its authors write it. It comes back as it was sent. All lists together hold at most 2,000 items.",
		openapi.Need("title", filled, ""),
		openapi.May("language", openapi.Language().OrEmpty(), "Of all texts in the map, BCP 47."),
		openapi.May("business_goal", words, ""),
		openapi.May("target_action", words, "What the customer should do in the end."),
		openapi.May("scenario", words, ""),
		openapi.May("expectations", listed, ""),
		openapi.May("duration", openapi.Ref("PlannedDuration").OrNull(), "Of the whole journey."),
		openapi.May("subject", openapi.Ref("Subject").OrNull(), "Whose journey it is."),
		openapi.May("scores_from", openapi.ID("map").OrNull(), "A map whose surveys this one shows: one map per segment can share them."),
		openapi.May("personas", openapi.List(openapi.Ref("Persona")), ""),
		openapi.Need("stages", openapi.List(openapi.Ref("Stage")).Sized(1, maxStages), "The phases, in their order."),
		openapi.May("paths", openapi.List(openapi.Ref("Path")), "Ways that are not from stage to next stage."),
		openapi.May("opportunities", openapi.List(openapi.Ref("Opportunity")), ""),
		openapi.May("kpis", openapi.List(openapi.Ref("KPI")), ""),
		openapi.May("evidence", openapi.List(openapi.Ref("Evidence")), ""),
		openapi.May("checklist", openapi.List(openapi.Ref("ChecklistItem")), ""),
		openapi.May("story", openapi.List(openapi.Ref("StoryPanel")), ""),
		openapi.May("views", openapi.List(openapi.Ref("View")), ""),
		openapi.May("review", openapi.Ref("Review").OrNull(), "When the map is looked at again."))
	shown := openapi.Name("Map", openapi.Object(append(readOnly("map"), document.Keys...)...).With("A journey map as it is answered: what was sent, and the keys that only the server writes."))
	return slices.Concat([]openapi.Named{shown, document}, describeStages(), describeAround(), []openapi.Named{
		openapi.Given[VersionEntry]("MapVersion", "A line of a map's history.",
			openapi.Need("version", openapi.Integer().AtLeast(1), ""),
			openapi.Need("at", openapi.Instant(), ""),
			openapi.Need("by", openapi.Text(0), "The name of the key."),
			openapi.Need("changes", openapi.List(openapi.Ref("Change")), "Against the version before; none for the first.")),
		openapi.Given[Change]("Change", "One place that an edit changed.",
			openapi.Need("pointer", openapi.Form("^(/|$)", "/stages/delivery/name"), "Elements with an id are addressed by it."),
			openapi.Need("from", openapi.Schema{}, "What was there; null for nothing."),
			openapi.Need("to", openapi.Schema{}, "What is there now; null for nothing.")),
	})
}

func describeStages() []openapi.Named {
	return []openapi.Named{
		openapi.Sent[Stage]("Stage", "A phase of the journey.",
			openapi.Need("id", stageID, "Unique in the map. It survives renames, and scores hang on it."),
			openapi.Need("name", filled, ""),
			openapi.May("kind", openapi.OneOf(stageKinds...).OrEmpty(), ""),
			openapi.May("lineage", openapi.List(openapi.Ref("Lineage")), "Stages that were here before and became part of this one."),
			openapi.May("goal", words, "What the customer wants here."),
			openapi.May("process", listed, ""),
			openapi.May("steps", listed, ""),
			openapi.May("thoughts", listed, ""),
			openapi.May("feelings", openapi.List(openapi.Ref("Feeling")), ""),
			openapi.May("expectations", listed, ""),
			openapi.May("proposals", listed, ""),
			openapi.May("incentives", listed, ""),
			openapi.May("owner", openapi.Ref("Owner").OrNull(), ""),
			openapi.May("believed", openapi.Ref("Believed").OrNull(), "What the team thinks that customers feel."),
			openapi.May("duration", openapi.Ref("PlannedDuration").OrNull(), ""),
			openapi.May("satisfaction_metric", openapi.OneOf(metrics...).OrEmpty(), "Which metric is the stage's satisfaction. Without it the first that its surveys ask, in this order."),
			openapi.May("importance", fraction, "How much the stage matters, from 0 to 1."),
			openapi.May("pains", openapi.List(openapi.Ref("Pain")), ""),
			openapi.May("moments", openapi.List(openapi.Ref("Moment")), ""),
			openapi.May("touchpoints", openapi.List(openapi.Ref("Touchpoint")), ""),
			openapi.May("backstage", openapi.Ref("Backstage").OrNull(), "What the customer does not see.")),
		openapi.Sent[Lineage]("Lineage", "A stage that was here before.",
			openapi.Need("stage", stageID, ""),
			openapi.Need("kind", openapi.OneOf(lineageKinds...), "After merge and rename its figures are shown on this stage, with a break; after a split they stay where they were.")),
		openapi.Sent[Feeling]("Feeling", "What the customer feels, and why.",
			openapi.May("text", words, ""),
			openapi.May("why", words, ""),
			openapi.May("touchpoint", pointID.OrNull(), inStage)),
		openapi.Sent[Believed]("Believed", "What the team thinks that customers feel.",
			openapi.May("satisfaction", openapi.Number().Between(-100, 100).OrNull(), "In the unit of the stage's metric."),
			openapi.May("emotion", openapi.Number().Between(-2, 2).OrNull(), "")),
		openapi.Sent[Pain]("Pain", "A point of friction.",
			openapi.Need("id", openapi.ChosenID().Like("late"), "Unique in the stage."),
			openapi.May("text", words, ""),
			openapi.May("severity", grade, ""),
			openapi.May("touchpoint", pointID.OrNull(), inStage),
			openapi.May("abandons", openapi.Bool(), "Whether customers give up here."),
			openapi.May("remedy", words, "")),
		openapi.Sent[Moment]("Moment", "A moment of truth or delight, or an opportunity.",
			openapi.Need("kind", openapi.OneOf(momentKinds...), ""),
			openapi.May("text", words, ""),
			openapi.May("touchpoint", pointID.OrNull(), inStage)),
		openapi.Sent[Touchpoint]("Touchpoint", "A contact point inside a stage.",
			openapi.Need("id", pointID, "Unique in the stage. It survives renames."),
			openapi.Need("name", filled, ""),
			openapi.May("channel", openapi.OneOf(channels...).OrEmpty(), ""),
			openapi.May("first_contact", openapi.Bool(), ""),
			openapi.May("conversion_strategy", words, ""),
			openapi.May("content", words, ""),
			openapi.May("expectations", listed, ""),
			openapi.May("response_time", openapi.Ref("ResponseTime").OrNull(), "")),
		openapi.Sent[ResponseTime]("ResponseTime", "How soon an answer is expected.",
			openapi.May("expected", openapi.Span().Like("PT4H").OrNull(), ""),
			openapi.May("kpi", kpiID, "The KPI that measures it.")),
		openapi.Sent[Duration]("PlannedDuration", "How long something should take.",
			openapi.May("planned", openapi.Span().OrNull(), ""),
			openapi.May("kpi", kpiID, "The KPI that measures it.")),
		openapi.Sent[Backstage]("Backstage", "What the customer does not see.",
			openapi.May("systems", listed, ""),
			openapi.May("processes", listed, ""),
			openapi.May("people", listed, ""),
			openapi.May("gaps", listed, ""),
			openapi.May("teams", openapi.List(openapi.Ref("Team")), "")),
		openapi.Sent[Team]("Team", "A team and what it works with.",
			openapi.May("name", words, ""),
			openapi.May("uses", listed, ""),
			openapi.May("tools", listed, ""),
			openapi.May("processes", listed, "")),
		openapi.Sent[Person]("Owner", "Who answers for it.", openapi.May("name", words, ""), openapi.May("email", words, "")),
	}
}

func describeAround() []openapi.Named {
	stage, point := openapi.May("stage", stageID.OrNull(), "A stage of the map, by its id."), openapi.May("touchpoint", pointID.OrNull(), inStage)
	return []openapi.Named{
		openapi.Sent[Subject]("Subject", "Whose journey it is.",
			openapi.Need("kind", openapi.OneOf(subjectKinds...), ""),
			openapi.May("name", words, ""),
			openapi.May("segment", openapi.Form(":", "state:SP").OrNull(), "`property:value`: filters all scores of the map.")),
		openapi.Sent[Persona]("Persona", "One of the people whose journey it is.",
			openapi.Need("id", openapi.ChosenID().Like("ana"), ""),
			openapi.Need("name", filled, ""),
			openapi.May("role", words, ""),
			openapi.May("goals", listed, ""),
			openapi.May("motives", listed, ""),
			openapi.May("key_tasks", listed, ""),
			openapi.May("challenges", listed, ""),
			openapi.May("hesitations", listed, ""),
			openapi.May("preferences", listed, ""),
			openapi.May("expectations", listed, ""),
			openapi.May("scenario", words, ""),
			openapi.May("needs", openapi.Ref("Needs").OrNull(), ""),
			openapi.May("prior_workaround", words, "How they managed before."),
			openapi.May("why_us", words, ""),
			openapi.May("quote", words, ""),
			openapi.May("picture", image, picture.Wanted+" It comes back encoded anew.")),
		openapi.Sent[Needs]("Needs", "What a persona needs, said or unsaid.",
			openapi.May("stated", listed, ""),
			openapi.May("latent", listed, ""),
			openapi.May("future", listed, "")),
		openapi.Sent[Path]("Path", "A way from a stage to another, or out.",
			openapi.Need("from", stageID, ""),
			openapi.May("to", stageID.OrNull(), "null for an exit, and only for an exit."),
			openapi.Need("kind", openapi.OneOf(pathKinds...), ""),
			openapi.May("label", words, ""),
			openapi.May("way_back", words, ""),
			openapi.May("map", openapi.ID("map").OrNull(), "A map that the path enters.")),
		openapi.Sent[Opportunity]("Opportunity", "Something that could be done.",
			openapi.Need("id", openapi.ChosenID().Like("sms"), ""),
			stage,
			point,
			openapi.May("pain", openapi.ChosenID().Like("late").OrNull(), "A pain of the stage, by its id."),
			openapi.May("text", words, ""),
			openapi.May("impact", grade, ""),
			openapi.May("confidence", fraction, ""),
			openapi.May("cost", grade, ""),
			openapi.May("effort", grade, ""),
			openapi.May("owner", openapi.Ref("Owner").OrNull(), ""),
			openapi.May("status", openapi.OneOf(statuses...).OrEmpty(), ""),
			openapi.May("shipped_at", openapi.Time().OrNull(), ""),
			openapi.May("quick_fix", openapi.Bool(), ""),
			openapi.May("return", openapi.Ref("Return").OrNull(), "")),
		openapi.Sent[Return]("Return", "What an opportunity gains and costs.",
			openapi.May("gain", openapi.Number(), ""),
			openapi.May("spend", openapi.Number(), ""),
			openapi.May("currency", words, "")),
		openapi.Sent[KPI]("KPI", "A figure beside the scores.",
			openapi.Need("id", openapi.ChosenID().Like("delivery_days"), ""),
			stage,
			point,
			openapi.Need("name", filled, ""),
			openapi.May("unit", words, ""),
			openapi.May("better", openapi.OneOf(directions...).OrEmpty(), "Which direction is the better one."),
			openapi.May("target", openapi.Number().OrNull(), "")),
		openapi.Sent[Evidence]("Evidence", "What a claim of the map rests on.",
			openapi.Need("id", openapi.ChosenID().Like("e1"), ""),
			stage,
			point,
			openapi.Need("kind", openapi.OneOf(evidenceKinds...), ""),
			openapi.May("text", words, ""),
			openapi.May("source", words, ""),
			openapi.May("url", openapi.Form("^[Hh][Tt][Tt][Pp][Ss]?://", "https://shop.example/report").OrNull(), ""),
			openapi.May("author", words, ""),
			openapi.May("date", openapi.Day().OrEmpty(), ""),
			openapi.May("response", openapi.ID("rsp").OrNull(), "The response that says it.")),
		openapi.Sent[Check]("ChecklistItem", "A question of the checklist.", openapi.May("question", words, ""), openapi.May("answer", words, "")),
		openapi.Sent[Panel]("StoryPanel", "One panel of the storyboard.",
			openapi.Need("panel", openapi.OneOf(panels...), ""),
			openapi.May("text", words, ""),
			openapi.May("picture", image, "As a persona's.")),
		openapi.Sent[View]("View", "A saved choice and order of lanes.",
			openapi.Need("id", openapi.ChosenID().Like("support"), ""),
			openapi.May("name", words, ""),
			openapi.May("lanes", listed, "")),
		openapi.Sent[Review]("Review", "When the map is looked at again.",
			openapi.May("every", openapi.Form(every.String(), "P1Y").OrEmpty(), "Years and months by calendar."),
			openapi.May("next", openapi.Day().OrEmpty(), ""),
			openapi.May("owner", openapi.Ref("Owner").OrNull(), "")),
	}
}
