package workspace

import (
	"slices"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
	"waymark/surveys/rest"
)

const exampleSettings = `{
  "name": "Shop",
  "language": "pt-BR",
  "timezone": "America/Sao_Paulo",
  "consent_required": false,
  "sender": {"name": "Shop", "address": "hello@shop.example", "reply_to": null, "postal": "Rua Um 1\nSão Paulo", "list_domain": "shop.example"},
  "contact_rules": {"same_survey": "P90D", "any_survey": "P30D", "per_year": 12, "quiet_hours": {"from": "21:00", "to": "08:00"}, "holdout": 0.0},
  "brand": {"colour": "#0b5fff", "logo": null},
  "freshness": {"fresh": "P30D", "stale": "P90D"},
  "redirect_hosts": ["shop.example"]
}`

// Describe tells of the routes of settings.
func Describe() openapi.Domain {
	settings := openapi.Ref("Settings")
	return openapi.Domain{
		Name: "Settings",
		Text: "What holds in the whole workspace: its language and time zone, who mails come from, how often a person is asked. They are there from the beginning.",
		Operations: []openapi.Operation{
			{Route: "GET /v1/settings", ID: "getSettings", Summary: "Read the settings", Answers: []openapi.Answer{openapi.OK(settings, "The settings as they were sent, or the defaults.").Tagged()}},
			{Route: "PUT /v1/settings", ID: "replaceSettings", Summary: "Replace the settings", Text: "What is left out falls back to its default. They hold for whatever begins after the answer.",
				IfMatch: true, Body: openapi.JSONBody(openapi.Ref("SettingsDocument"), rest.MaxBody, exampleSettings),
				Answers: []openapi.Answer{openapi.OK(settings, "The settings as they are now.").Tagged()},
				Fails:   []openapi.Problem{{Kind: fault.NotFound, Slug: "not-found", Text: "There is no such file for the logo."}}},
		},
		Schemas: describeSettings(),
	}
}

func describeSettings() []openapi.Named {
	line := openapi.Text(maxName).Filled()
	address := openapi.Form("^[^@]+@[^@]+$", "hello@shop.example").Sized(3, maxAddress)
	clock := openapi.Form("^([01][0-9]|2[0-3]):[0-5][0-9]$", "21:00")
	host := openapi.Text(maxDomain + len(":65535")).Filled().Like("shop.example")
	document := openapi.Sent[document]("SettingsDocument", "Settings as they are sent. Every key may be left out.",
		openapi.May("name", line, "Of the shop; else the workspace's."),
		openapi.May("language", openapi.Language().Sized(0, maxLanguage).Otherwise("en"), "BCP 47."),
		openapi.May("timezone", openapi.Form(zoneForm.String(), "America/Sao_Paulo").Otherwise("UTC"), "Of the IANA data base."),
		openapi.May("consent_required", openapi.Bool().Otherwise(false), "Ask only those who consented."),
		openapi.May("sender", openapi.Ref("Sender").OrNull(), "Who mails come from. Without an address no mail can be sent."),
		openapi.May("contact_rules", openapi.Ref("ContactRules"), "How often a person is asked."),
		openapi.May("brand", openapi.Ref("Brand"), "How pages and mails look."),
		openapi.May("freshness", openapi.Ref("Freshness"), "Up to which age of the newest answer a score counts as fresh, and as ageing."),
		openapi.May("redirect_hosts", openapi.List(host).Sized(0, maxHosts), "Hosts that the end of a survey may lead to."))
	shown := slices.Concat([]openapi.Key{
		openapi.Need("version", openapi.Integer().AtLeast(FirstVersion), "Raised by every edit; the ETag."),
		openapi.Need("created_at", openapi.Instant(), ""),
		openapi.Need("updated_at", openapi.Instant(), ""),
		openapi.Need("updated_by", openapi.Text(0).OrNull(), "The name of the key that wrote them; null for the defaults."),
	}, document.Keys)
	off := "P0D or null switches the rule off."
	age := openapi.Span()
	return []openapi.Named{
		openapi.Name("Settings", openapi.Object(shown...).With("Settings as they are answered: what was sent, and the keys that only the server writes.")),
		document,
		openapi.Sent[senderDocument]("Sender", "Who mails come from.",
			openapi.May("name", line.OrNull(), ""),
			openapi.May("address", address.OrNull(), "One bare address."),
			openapi.May("reply_to", address.OrNull(), "One bare address."),
			openapi.May("postal", openapi.Text(maxPostal).OrNull(), "A postal address, which may have several lines."),
			openapi.May("list_domain", openapi.Text(maxDomain).Filled().Like("shop.example").OrNull(), "Of the List-Id; else the address's.")),
		openapi.Sent[rulesDocument]("ContactRules", "How often a person is asked.",
			openapi.May("same_survey", openapi.Span().OrNull().Otherwise("P90D"), "Between two asks for one survey, at most P366D. "+off),
			openapi.May("any_survey", openapi.Span().OrNull().Otherwise("P30D"), "Between two asks at all, at most P366D. "+off),
			openapi.May("per_year", openapi.Integer().Between(1, maxAsksStored).OrNull().Otherwise(12), "Asks in 366 days. null switches the rule off."),
			openapi.May("quiet_hours", openapi.Ref("QuietHours").OrNull(), "When nobody is asked, in the person's time. null switches the rule off."),
			openapi.May("holdout", openapi.Number().Between(0, 1).OrNull().Otherwise(0), "The share of people who are never asked.")),
		openapi.Sent[quietDocument]("QuietHours", "A span of local time; it may pass midnight.",
			openapi.Need("from", clock, ""), openapi.Need("to", clock.Like("08:00"), "Another than from.")),
		openapi.Sent[brandDocument]("Brand", "How pages and mails look.",
			openapi.May("colour", openapi.Form(colourForm.String(), "#0b5fff"), ""),
			openapi.May("logo", openapi.ID("fil").OrNull(), "An uploaded picture, shown to everybody who is asked.")),
		openapi.Sent[freshnessDocument]("Freshness", "Ages of the newest answer.",
			openapi.May("fresh", age.Otherwise("P30D"), "Not longer than stale."),
			openapi.May("stale", age.Otherwise("P90D"), "")),
	}
}
