package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// inspector looks at pages with axe-core: at English ones in light on a screen
// and in dark on a phone, at others in one of the two.
type inspector struct {
	t    *testing.T
	ctx  context.Context
	code string
	n    int
}

func newInspector(t *testing.T, ctx context.Context) *inspector {
	t.Helper()
	file := os.Getenv("WAYMARK_TEST_AXE")
	if file == "" {
		t.Skip("NOT RUN: WAYMARK_TEST_AXE names no axe-core")
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return &inspector{t: t, ctx: ctx, code: "(() => { if (!window.axe) {" + string(code) + "} })()"}
}

// media asks the open page for a size and a colour scheme. Nothing moves, so
// that no colour is seen on its way to another.
func (i *inspector) media(width int64, scheme string) {
	i.t.Helper()
	if _, err := chromedp.Call(i.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		i.t.Fatal(err)
	}
	do(i.t, i.ctx, chromedp.EmulateViewport(width, 800))
}

// look inspects the open page, whose lang must be as told.
func (i *inspector) look(name, lang string) {
	i.t.Helper()
	if got := see(i.t, i.ctx, `document.documentElement.lang + ' ' + (document.documentElement.dir || 'ltr')`); got != lang+map[bool]string{true: " rtl", false: " ltr"}[lang == "ar"] {
		i.t.Errorf("%s: the page is in %s", name, got)
	}
	see(i.t, i.ctx, `document.querySelectorAll('details').forEach(d => d.open = true)`)
	see(i.t, i.ctx, i.code)
	ways := []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {360, "dark"}}
	if lang != "en" { // in turns
		i.n++
		ways = ways[i.n%2 : i.n%2+1]
	}
	for _, m := range ways {
		i.media(m.width, m.scheme)
		if got := later(i.t, i.ctx, axe); got != "" {
			i.t.Errorf("%s in %s, %d px, %s:\n%s", name, lang, m.width, m.scheme, got)
		}
		if got := see(i.t, i.ctx, `document.documentElement.scrollWidth > innerWidth`); got != "false" {
			i.t.Errorf("%s in %s scrolls sideways at %d px", name, lang, m.width)
		}
	}
}

// open inspects an address.
func (i *inspector) open(name, lang, address string) {
	i.t.Helper()
	do(i.t, i.ctx, chromedp.Navigate(address))
	i.look(name, lang)
}

// Each step of a survey of every type, and each page on which nothing is asked,
// over the whole program, left to right and right to left.
func TestHostedPagesHaveNoFaultThatAxeFinds(t *testing.T) {
	ctx := browserFor(t, 4*time.Minute)
	i := newInspector(t, ctx)
	p := start(t, t.TempDir())
	langs := []string{"en", "ar"}
	logo := p.upload("logo.png", drawing(t)).object(t)["id"].(string)
	p.want(200, "PUT", "/v1/settings", fmt.Sprintf(`{"name":"Shop","brand":{"colour":"#ffd400","logo":%q}}`, logo), "If-Match", p.want(200, "GET", "/v1/settings", "").header.Get("ETag"))

	every := p.link(p.everySurvey("steps"), `{}`)
	v := p.visit(every).must(200)
	do(t, ctx, chromedp.Navigate(p.base+every))
	for n := 0; len(v.asked()) > 0; n++ {
		id := v.asked()[0]
		for _, lang := range langs {
			// As the chooser of languages does: only a page of ours leads into a visit.
			see(t, ctx, fmt.Sprintf(`(window.before = true, location.assign(%q))`, every+"?"+url.Values{"ticket": {v.ticketOf()}, "lang": {lang}}.Encode()))
			eventually(t, id+" is shown", func() bool { return see(t, ctx, `!window.before && document.readyState`) == "complete" })
			i.look(id, lang)
			if got := see(t, ctx, `document.querySelector('[data-q]').dataset.q`); got != id {
				t.Fatalf("the step %s shows %s", id, got)
			}
		}
		pairs, files := everyPair(t, id)
		if v.handIn(false, files, pairs...); v.status != 200 {
			t.Fatalf("%s: %s", id, v.text())
		}
	}
	all := p.link(p.everySurvey("page"), `{}`)
	for _, lang := range langs {
		i.open("everything", lang, p.base+all+"?lang="+lang)
		see(t, ctx, `document.querySelector('button.on').click()`)
		eventually(t, "everything is refused", func() bool { return see(t, ctx, `document.querySelectorAll('.alert').length`) == "1" })
		i.look("everything refused", lang)
	}

	const asks = `"title":{"en":"Your delivery","ar":"توصيل طلبك"},"quotas":[{"id":"happy","if":"sat == 5","limit":1}],
		"thanks":[{"if":"sat < 4","text":{"en":"We are sorry.","ar":"نأسف لذلك."},"link":{"url":"https://shop.example/help","text":{"en":"Write to us","ar":"راسلنا"}}}],
		"questions":[{"id":"sat","type":"csat","title":{"en":"Satisfied?","ar":"هل أنت راض؟"},"required":true}]`
	_, s := p.published(asks)
	submit := func(name, lang, address, sat, heading string) {
		t.Helper()
		do(t, ctx, chromedp.Navigate(p.base+address+"?lang="+lang+"&sat="+sat))
		see(t, ctx, `document.querySelector('button.on').click()`)
		eventually(t, name+" is reached", func() bool { return see(t, ctx, `document.querySelectorAll('form').length`) == "0" })
		if lang == "en" {
			if got := see(t, ctx, `document.querySelector('h1').textContent`); got != heading {
				t.Errorf("%s says %s", name, got)
			}
		}
		i.look(name, lang)
	}
	preview, _ := url.Parse(p.want(201, "POST", "/v1/surveys/"+s+"/preview", "").object(t)["url"].(string))
	kiosk, full := p.link(s, `{"kiosk":true}`), p.link(s, `{"max_responses":1}`)
	first, second := p.visit(full).must(200), p.visit(p.link(s, `{}`)).must(200)
	first.patience().send("sat", "1").must(200) // takes the link's one place
	second.send("sat", "5").must(200)           // and the quota's
	for _, lang := range langs {
		once := p.link(s, `{"single_use":true}`)
		submit("thanks with a way on", lang, p.link(s, `{}`), "1", "Thank you")
		submit("thanks that can be changed", lang, once, "4", "Thank you")
		i.open("an answered link", lang, p.base+once+"?lang="+lang)
		i.open("a preview", lang, p.base+preview.Path+"?lang="+lang)
		submit("the end of a preview", lang, preview.Path, "2", "Thank you")
		i.open("a kiosk", lang, p.base+kiosk+"?lang="+lang)
		submit("the end of a kiosk", lang, kiosk, "4", "Thank you")
		submit("screened", lang, p.link(s, `{"kiosk":true}`), "5", "Thank you for your time") // where nobody is too quick
		i.open("full", lang, p.base+full+"?lang="+lang)
		i.open("gone", lang, p.base+"/s/AAAAAAAAAAAAAAAAAAAAAAAAAAA?lang="+lang)
	}
	ended := p.link(s, `{}`)
	p.want(200, "POST", "/v1/surveys/"+s+"/close", "")
	draft := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery",%s}`, p.want(201, "POST", "/v1/maps", `{"title":"x","stages":[{"id":"delivery","name":"D"}]}`).object(t)["id"], asks)).object(t)["id"].(string)
	early := p.link(draft, `{}`)
	for _, lang := range langs {
		i.open("closed", lang, p.base+ended+"?lang="+lang)
		i.open("not open yet", lang, p.base+early+"?lang="+lang)
	}
	if strings.Contains(see(t, ctx, `document.body.innerText`), "Your delivery") {
		t.Error("a survey that is not open yet shows its questions")
	}
}
