package render

import (
	"slices"

	"waymark/mapping"
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// Describe tells of the routes of drawn maps.
func Describe() openapi.Domain {
	theme := openapi.Param{Name: "theme", Schema: openapi.OneOf(Light, Dark, Print), Text: "Without it the reader's system decides."}
	width := openapi.Param{Name: "width", Schema: openapi.Integer().Between(minWidth, maxWidth).Otherwise(DefaultWidth), Text: "Of the drawing, in pixels; a page follows the screen and is at most so wide."}
	page := openapi.Param{Name: "page", Schema: openapi.OneOf(papers...), Text: "The sheet, on its side, that a page is printed on; without it the printer decides. It changes no drawing."}
	most := openapi.Param{Name: "width", Schema: openapi.Integer().Between(minWidth, maxWidth), Text: "The page is at most so many pixels wide."}
	lang := openapi.Param{Name: "lang", Schema: openapi.OneOf(order...), Text: "Of the words around the map's own texts."}
	shown := []openapi.Problem{
		{Kind: fault.Invalid, Slug: "bad-theme", Text: "There is no such theme."},
		{Kind: fault.Invalid, Slug: "bad-width", Text: "The width is no whole number within the bounds."},
		{Kind: fault.Invalid, Slug: "bad-lang", Text: "Maps have no words in this language."},
	}
	query, refused := mapping.AskingScores()
	query, refused = append(query, theme, width, page, lang), append(append(refused, shown...), openapi.Problem{Kind: fault.Invalid, Slug: "bad-page", Text: "There is no such sheet."})
	drawn := func(id, path, summary, text string, a openapi.Answer) openapi.Operation {
		return openapi.Operation{Route: "GET " + path, ID: id, Summary: summary, Text: text, Query: query, Try: "window=P30D&theme=light", Answers: []openapi.Answer{a}, Fails: refused}
	}
	file := func(mediaType, text string) openapi.Answer {
		return openapi.Answer{Status: 200, Text: text, Type: mediaType, Schema: openapi.Text(0)}
	}
	return openapi.Domain{
		Name: "Drawn maps",
		Text: "A map with its scores, drawn: for key holders as files, for everybody who has the link of a share as a page.",
		Path: []openapi.Param{{Name: "token", Schema: openapi.Form("^[A-Za-z0-9_-]{27}$", "AbCdEfGhIjKlMnOpQrStUvWxYz0"), Text: "The secret part of a share's link."}},
		Operations: []openapi.Operation{
			drawn("renderSVG", "/v1/maps/{map}/render.svg", "Draw a map as SVG", "Each stage is a `<g data-stage=\"…\" data-state=\"…\" data-n=\"…\">`.", file("image/svg+xml; charset=utf-8", "The drawing.").Tagged()),
			drawn("renderHTML", "/v1/maps/{map}/render.html", "Draw a map as a page", "The page needs no other file, so it can be saved and sent.", file("text/html; charset=utf-8", "The page.").Tagged()),
			drawn("renderJSON", "/v1/maps/{map}/render.json", "Read a map with its scores", "What the drawings are made of.", openapi.OK(openapi.Ref("MapWithScores"), "The map and its scores.")),
			{Route: "GET /m/{token}", ID: "sharedMap", Summary: "Look at a shared map",
				Text: "A page that moves by itself while answers come in. Parameters that it does not know are passed over, since mailers add their own.",
				Query: []openapi.Param{{Name: "window", Schema: openapi.OneOf(windowNames()...).Otherwise(defaultWindow), Text: "It ends with the hour."}, theme, most, lang,
					{Name: "embed", Schema: openapi.OneOf("1"), Text: "The page may stand in a frame of another site."}},
				Answers: []openapi.Answer{file("text/html; charset=utf-8", "The page.").Tagged()},
				Fails: slices.Concat(shown, []openapi.Problem{
					{Kind: fault.Invalid, Slug: "bad-window", Text: "The page offers no such window."},
					{Kind: fault.Invalid, Slug: "bad-embed", Text: "`embed` is 1 or left out."},
					{Kind: fault.Invalid, Slug: "repeated-parameter", Text: "A parameter stands there twice."},
					{Kind: fault.Malformed, Slug: "bad-query", Text: "The query cannot be read."}})},
			{Route: "GET /m/assets/live.js", ID: "sharedMapScript", Summary: "The script of that page", Answers: []openapi.Answer{file("text/javascript; charset=utf-8", "It asks for the page again while it is looked at.").Tagged()}},
		},
		Schemas: []openapi.Named{
			openapi.Given[shownSnapshot]("MapWithScores", "A map with its scores, as one instant saw both.", openapi.Need("map", openapi.Ref("Map"), ""), openapi.Need("scores", openapi.Ref("Scores"), "")),
		},
	}
}
