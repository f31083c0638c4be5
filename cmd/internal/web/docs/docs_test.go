package docs

import (
	"regexp"
	"strings"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

func said(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

func TestTypesAreSaidInWords(t *testing.T) {
	for want, s := range map[string]openapi.Schema{
		"any JSON":                         {},
		"text":                             openapi.Text(usual),
		"text, at most 200 characters":     openapi.Text(200),
		"text, 3 to 254 characters":        openapi.Text(0).Sized(3, 254),
		"text that is not blank":           openapi.Text(usual).Filled(),
		"id map_…":                         openapi.ID("map"),
		"id of your own or null":           openapi.ChosenID().OrNull(),
		"time like 2026-11-20T09:30:00Z":   openapi.Time(),
		"time in UTC":                      openapi.Instant(),
		"duration":                         openapi.Span(),
		"text like state:SP":               openapi.Form("^[^:]+:", "state:SP"),
		"text of the form ^x$":             openapi.Form("^x$", ""),
		"day":                              openapi.Day().OrEmpty(),
		"one of a b":                       openapi.OneOf("a", "b").OrEmpty(),
		"a":                                openapi.OneOf("a"),
		"whole number from 1 to 5 or null": openapi.Integer().Between(1, 5).OrNull(),
		"number from 0.5":                  openapi.Number().AtLeast(0.5),
		"true or false":                    openapi.Bool(),
		"list of Stage (1 to 2,000)":       openapi.List(openapi.Ref("Stage")).Sized(1, 2000),
		"list of text (at most 3)":         openapi.List(openapi.Text(usual)).Sized(0, 3),
		"object of Answer":                 openapi.Dictionary(openapi.Text(0), openapi.Ref("Answer")),
		"text or Stage":                    openapi.Either(openapi.Text(0), openapi.Ref("Stage")),
		"null":                             openapi.Nothing(),
	} {
		if got := said(what(s)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

const hostile = `<script>alert(1)</script>"'` + "`<b>`"

func small() openapi.Document {
	id := openapi.Param{Name: "map", Schema: openapi.ID("map"), Text: hostile}
	op := openapi.Operation{ID: "replaceMap", Route: "PUT /v1/maps/{map}", Summary: hostile, Text: hostile, Try: "q=a b",
		Body:    openapi.JSONBody(openapi.Ref("Thing"), 2<<20, `{"map": "{map}", "it's": 1}`),
		Answers: []openapi.Answer{openapi.OK(openapi.Ref("Thing"), hostile)}, Fails: []openapi.Problem{{Kind: fault.Conflict, Slug: "in-use", Text: hostile}}}
	return openapi.Document{Title: "T", Text: hostile, KeyText: hostile, Sections: []openapi.Section{{
		Domain: openapi.Domain{Name: "Maps", Text: hostile, Path: []openapi.Param{id},
			Schemas: []openapi.Named{openapi.Name("Thing", openapi.Object(openapi.Need("map", openapi.ID("map"), hostile)))}},
		Calls: []openapi.Call{{Operation: op, Method: "PUT", Path: "/v1/maps/{map}", Scope: "maps", Params: []openapi.Param{id},
			Headers:  []openapi.Param{{Name: "If-Match", Schema: openapi.Form("x", `"1"`), Needed: true}},
			Refusals: []openapi.Refusal{{Status: 409, Problems: op.Fails}, {Status: 404, Problems: []openapi.Problem{{Kind: fault.NotFound, Slug: "not-found"}}}}}},
	}}}
}

func written(t *testing.T) string {
	t.Helper()
	html, style, err := Page(small(), "https://waymark.example", func(p openapi.Problem) int {
		return map[fault.Kind]int{fault.Conflict: 409, fault.NotFound: 404}[p.Kind]
	},
		func(string) *openapi.Sampled { return &openapi.Sampled{Status: 200, Body: hostile} })
	if err != nil || !strings.HasPrefix(style, "'sha256-") {
		t.Fatal(style, err)
	}
	return string(html)
}

func TestTextsAreDataOnThePage(t *testing.T) {
	html := written(t)
	if strings.Contains(html, "<script") || strings.Contains(html, "<b>`") || !strings.Contains(html, "<code>&lt;b&gt;</code>") {
		t.Errorf("the page holds what it must not:\n%s", html)
	}
}

func TestACallIsShownAsAShellTakesIt(t *testing.T) {
	d := small()
	got := writer{doc: d, base: "https://waymark.example"}.curl(d.Sections[0].Calls[0])
	id := openapi.Sample("map")
	want := `curl -X PUT 'https://waymark.example/v1/maps/` + id + `?q=a b' \
  -H "Authorization: Bearer $KEY" \
  -H 'If-Match: "1"' \
  -H 'Content-Type: application/json' \
  -d '{"map": "` + id + `", "it'\''s": 1}'`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestEveryLinkOfThePageLeadsSomewhere(t *testing.T) {
	html := written(t)
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("two places are called %s", m[1])
		}
		ids[m[1]] = true
	}
	links := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(html, -1)
	for _, m := range links {
		if !ids[m[1]] {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
	if len(links) < 10 {
		t.Errorf("only %d links", len(links))
	}
}
