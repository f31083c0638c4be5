package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestThePageOfTheAPILeadsToEverythingAndAsksNobody(t *testing.T) {
	a := serve(t)
	got := a.want(200, "readAPI", request{})
	html := string(got.body)
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("two places are called %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if name, inside := strings.CutPrefix(m[1], "#"); inside && ids[name] || m[1] == "/openapi.json" {
			continue
		}
		t.Errorf("the link %s leads nowhere, or away", m[1])
	}
	for id := range a.ops {
		if !ids[id] {
			t.Errorf("%s is not on the page", id)
		}
	}
	// The types of problems lead here.
	doc, _ := a.server.Document()
	for _, sec := range doc.Sections {
		for _, c := range sec.Calls {
			for _, r := range c.Refusals {
				for _, p := range r.Problems {
					if slug, named := strings.CutPrefix(p.Type(), "/docs#"); named && !ids[slug] {
						t.Errorf("%s is not on the page", slug)
					}
				}
			}
		}
	}
	policy := got.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'sha256-", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q has no %s", policy, want)
		}
	}
	if strings.Contains(policy, "script-src") || strings.Contains(policy, "unsafe") || regexp.MustCompile(`<script|<link|@import|url\(|style="| on[a-z]+="`).MatchString(html) {
		t.Error("the page needs more than itself")
	}
	// Headings go down by one at a time.
	levels := regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(html, -1)
	last := 0
	for _, m := range levels {
		if level := int(m[1][0] - '0'); level > last+1 {
			t.Fatalf("a heading of level %d follows one of %d", level, last)
		} else {
			last = level
		}
	}
	if !slices.ContainsFunc(levels, func(m []string) bool { return m[1] == "4" }) {
		t.Error("the page has few headings")
	}
}
