package e2e

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe runs axe-core on the open page and lists what it finds, and what it could
// not decide but contrast, where a text lies in a drawing or scrolls: all colours
// are tokens, whose contrast a test of mapping/render computes.
const axe = `(async () => {
	const r = await axe.run(document, { resultTypes: ['violations', 'incomplete'], runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } })
	const say = (kind, list) => list.flatMap(v => v.nodes.map(n => kind + ' ' + v.id + ': ' + n.target.join(' ') + ' ' + n.failureSummary.replace(/\s+/g, ' ')))
	if (!r.passes.length) return 'axe checked nothing'
	return [...say('violation', r.violations), ...say('undecided', r.incomplete).filter(s => !s.startsWith('undecided color-contrast'))].slice(0, 12).join('\n')
})()`

func TestPageHasNoFaultThatAxeFinds(t *testing.T) {
	file := os.Getenv("WAYMARK_TEST_AXE")
	if file == "" {
		t.Skip("NOT RUN: WAYMARK_TEST_AXE names no axe-core")
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	p := start(t, t.TempDir())
	id := p.want(201, "POST", "/v1/maps", broad(7)).object(t)["id"].(string)
	answered(t, p, id, "s1")
	link := p.want(201, "POST", "/v1/maps/"+id+"/shares", `{}`).object(t)["url"].(string)
	check := func(name, url string, width int64, dark string) {
		t.Helper()
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: dark}}}); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url))
		if strings.HasPrefix(url, link) {
			see(t, ctx, `document.querySelectorAll('details').forEach(d => d.open = true)`)
		}
		see(t, ctx, "("+"()=>{"+string(code)+"}"+")()")
		if got := later(t, ctx, axe); got != "" {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	for _, lang := range []string{"en", "et", "lv", "lt", "ru", "zh"} {
		check(lang, link+"?lang="+lang, 1280, "light")
	}
	for _, width := range []int64{360, 390, 768, 1024, 1920} {
		for _, scheme := range []string{"light", "dark"} {
			check(fmt.Sprint(width, " ", scheme), link, width, scheme)
		}
	}
	check("for print", link+"?theme=print", 1280, "light")
	check("embedded", link+"?embed=1", 400, "light")
	check("a strange window", link+"?window=P3D", 1280, "dark")
	check("no such link", p.base+"/m/AAAAAAAAAAAAAAAAAAAAAAAAAAA", 1280, "light")

	// What axe does not measure: every target by hand or finger is 24 px or more.
	do(t, ctx, chromedp.EmulateViewport(360, 900), chromedp.Navigate(link))
	if got := see(t, ctx, `[...document.querySelectorAll('a, button, summary')].filter(e => { const r = e.getBoundingClientRect(); return r.height < 44 || r.width < 24 }).map(e => e.textContent).join()`); got != "" {
		t.Errorf("these targets are too small: %s", got)
	}
	// The scale, the numbers and the faces have names; each stage is a region that names itself.
	if got := see(t, ctx, `[...document.querySelectorAll('section, article')].every(s => document.getElementById(s.getAttribute('aria-labelledby')).textContent) && [...document.querySelectorAll('svg')].every(s => s.closest('[aria-hidden],[role=img]'))`); got != "true" {
		t.Error("a graphic or a region has no name")
	}
	// Asked for less motion, nothing moves.
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		t.Fatal(err)
	}
	if got := see(t, ctx, `[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s' || getComputedStyle(e).animationName !== 'none').length`); got != "0" {
		t.Errorf("%s elements still move", got)
	}
}

// later is see for a promise.
func later(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	see(t, ctx, "(window.axeSays = null, ("+expression+").then(v => window.axeSays = 'done' + v, e => window.axeSays = 'done' + e), 0)")
	said := ""
	eventually(t, "axe ends", func() bool {
		said = see(t, ctx, "window.axeSays")
		return strings.HasPrefix(said, "done")
	})
	return strings.TrimPrefix(said, "done")
}
