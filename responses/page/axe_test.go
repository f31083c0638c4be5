package page

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// axe runs axe-core on the open page and lists what it finds, and what it could
// not decide but contrast, where a choice's words lie over its input: all
// colours are tokens, whose contrasts brand_test.go computes.
const axe = `(async () => {
	const r = await axe.run(document, { resultTypes: ['violations', 'incomplete'], runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } })
	const say = (kind, list) => list.flatMap(v => v.nodes.map(n => kind + ' ' + v.id + ': ' + n.target.join(' ') + ' ' + n.failureSummary.replace(/\s+/g, ' ')))
	if (!r.passes.length) return 'axe checked nothing'
	return [...say('violation', r.violations), ...say('undecided', r.incomplete).filter(s => !s.startsWith('undecided color-contrast'))].slice(0, 12).join('\n')
})()`

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

func TestPagesHaveNoFaultThatAxeFinds(t *testing.T) {
	file := os.Getenv("WAYMARK_TEST_AXE")
	if file == "" {
		t.Skip("NOT RUN: WAYMARK_TEST_AXE names no axe-core")
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	h := serve(t)
	check := func(name string, page drawn, width, height int64, features ...string) {
		t.Helper()
		media(t, ctx, features...)
		do(t, ctx, chromedp.EmulateViewport(width, height))
		h.show(t, ctx, page)
		see(t, ctx, `document.querySelectorAll('details').forEach(d => d.open = true)`)
		see(t, ctx, "(()=>{"+string(code)+"})()")
		if got := later(t, ctx, axe); got != "" {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	all := func(lang string, of func(s sample, kind string) Field) *View {
		v := speaking(lang).sheet()
		for i, k := range kinds {
			v.Fields[i] = of(speaking(lang), k)
		}
		return v
	}
	answered := func(s sample, k string) Field { return s.answered(k) }
	wrong := func(s sample, k string) Field { return s.refused(k).Fields[0] }
	refused := all("en", wrong)
	refused.Wrong = len(kinds)
	check("everything", speaking("en").sheet(), 1280, 900)
	check("everything answered, dark", all("en", answered), 1280, 900, "prefers-color-scheme:dark")
	check("everything answered, phone", all("de", answered), 360, 740)
	check("everything answered, right to left", all("ar", answered), 1280, 900)
	check("everything, twice as large", speaking("en").sheet(), 640, 450)
	check("everything refused", refused, 1280, 900)
	check("everything refused, phone, dark", refused, 320, 568, "prefers-color-scheme:dark")
	check("forced colours", all("en", answered), 1280, 900, "forced-colors:active")
	for _, k := range kinds {
		check(k, speaking("en").view(speaking("en").field(k)), 390, 844)
	}
	v := speaking("en").view(speaking("en").answered("csat"))
	v.OneClick, v.Preview, v.Embed, v.Theme, v.Brand = true, true, true, "dark", Brand{Name: "Shop", Colour: "#ffd400", LogoURL: "/s/t/files/fil_1"}
	check("a one-click preview in a frame", v, 1280, 900)
	v = speaking("ar").refused("nps")
	v.Kiosk = true
	check("a refused step of a kiosk", v, 390, 844)
	for _, k := range endKinds {
		e := &End{Kind: k, Lang: "en", Words: speaking("en").w, Brand: Brand{Name: "Shop", Colour: "#ffd400"}, Change: "/s/t", Link: Link{"https://shop.example", "Back to the shop"}, Preview: k == EndThanks}
		check("end "+string(k), e, 390, 844)
		e.Kiosk, e.Action = true, "/s/t"
		check("end of a kiosk "+string(k), e, 1280, 900, "prefers-color-scheme:dark")
	}
}

// TestControlsHaveNamesAndRoom looks at what axe does not: that the tree of
// assistive technology has a name of sense for every control, and that all of
// them are large enough for a finger.
func TestControlsHaveNamesAndRoom(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	roles := map[string]bool{"radio": true, "checkbox": true, "textbox": true, "combobox": true, "button": true, "link": true, "radiogroup": true, "group": true, "Date": true, "progressbar": true, "DisclosureTriangle": true, "navigation": true}
	want := map[string][]string{
		"csat":    {"radiogroup How satisfied are you with the delivery? Optional", "radio Very dissatisfied", "radio Very satisfied", "button Next", "button Back", "progressbar Progress", "button Clear my answer"},
		"nps":     {"radio 0 Not at all likely", "radio 5", "radio 10 Extremely likely"},
		"emotion": {"radio Very bad", "radio Neither good nor bad", "radio Very good"},
		"stars":   {"radio 1 star Poor", "radio 3 stars", "radio 5 stars Excellent"},
		"choices": {"group What was in the way? Optional", "checkbox The courier", "checkbox Other", "checkbox Nothing of this"},
		"choice":  {"textbox Please say what"},
		"matrix":  {"radiogroup The courier", "radio Late", "radio Early"},
		"ranking": {"combobox Place of The courier", "button Move The courier up", "button Move Tracking down"},
		"text":    {"textbox How satisfied are you with the delivery? Optional"}, "long_text": {"textbox How satisfied are you with the delivery? Optional"}, "number": {"textbox How satisfied are you with the delivery? Optional"},
		"date": {"Date How satisfied are you with the delivery? Optional"}, "consent": {"checkbox I agree"}, "picture": {"radio The parcel"}, "feelings": {"checkbox Delighted"},
		"file": {"button How satisfied are you with the delivery? Optional", "checkbox Remove the file"},
	}
	for _, k := range kinds {
		do(t, ctx, chromedp.EmulateViewport(360, 740))
		h.show(t, ctx, speaking("en").view(speaking("en").answered(k)))
		tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for _, n := range tree.Nodes {
			if n.Ignored || n.Role == nil {
				continue
			}
			role, name := value(n.Role), value(n.Name)
			if !roles[role] {
				continue
			}
			if name == "" && role != "group" {
				t.Errorf("%s: a %s has no name", k, role)
			}
			said[role+" "+strings.Join(strings.Fields(name), " ")] = true
		}
		for _, w := range want[k] {
			if !said[w] {
				t.Errorf("%s: the tree has no %q, but %v", k, w, said)
			}
		}
		if said["textbox Leave this empty"] {
			t.Errorf("%s: the decoy is told to people", k)
		}
		for _, size := range [][2]int64{{320, 568}, {360, 740}, {640, 450}, {1280, 800}} {
			do(t, ctx, chromedp.EmulateViewport(size[0], size[1]))
			if got := see(t, ctx, small); got != "" {
				t.Errorf("%s at %d px: too small: %s", k, size[0], got)
			}
			if got := see(t, ctx, `document.documentElement.scrollWidth > innerWidth ? 'it scrolls sideways' : [...document.querySelectorAll('bdi, button, legend, .step')].filter(e => { const r = e.getBoundingClientRect(); return r.width && !e.closest('.unseen, [hidden]') && (r.left < -1 || r.right > innerWidth + 1) }).map(e => e.textContent).join()`); got != "" {
				t.Errorf("%s at %d px: cut: %s", k, size[0], got)
			}
		}
	}
}

// small lists targets under 44 px, but for those that stand in a sentence or in a
// grid of many: there 40 × 40.
const small = `[...document.querySelectorAll('main :is(a, button, input, select, textarea), header :is(summary)')].filter(e => {
	const r = e.getBoundingClientRect(), s = getComputedStyle(e)
	if (!r.width || s.visibility === 'hidden' || e.closest('.unseen, .alert, p')) return false
	if (e.closest('.row') && getComputedStyle(e.closest('.row')).display === 'grid') return r.height < 36 || r.width < 40
	return r.height < 44 || r.width < 44
}).map(e => (e.id || e.textContent) + ' ' + Math.round(e.getBoundingClientRect().width) + 'x' + Math.round(e.getBoundingClientRect().height)).join()`

func value(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.Trim(string(v.Value), `"`)
}
