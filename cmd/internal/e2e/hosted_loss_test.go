package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// again starts the program at the address and on the data of one that was stopped.
func (p *program) again() *program {
	p.t.Helper()
	return startWith(p.t, []string{"--data", dataOf(p), "--addr", strings.TrimPrefix(p.base, "http://")}, nil)
}

// A kiosk's screen goes on by itself: for the next person, and after the server
// was away while somebody answered, whose answer is kept and counted once.
func TestAKioskServesOneAfterAnotherAndOutlastsAStop(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"Your visit","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	path := p.link(s, `{"kiosk":true}`)
	do(t, ctx, chromedp.Navigate(p.base+path))
	at := func() string {
		return see(t, ctx, `document.querySelector('h1').textContent + ' ' + document.querySelectorAll('[name=sat]').length + ' ' + document.querySelectorAll(':checked').length`)
	}
	kept := func() string { return see(t, ctx, `JSON.stringify(Object.keys(localStorage))`) }
	pass := func() { // 20 s pass for the page, not for the test
		see(t, ctx, `(() => { const now = Date.now; Date.now = () => now() + 20000 })()`)
	}
	answer := func(value string) {
		t.Helper()
		press(t, ctx, `[name=sat][value="`+value+`"]`)
		press(t, ctx, `button.on`)
	}
	are := func(want string) {
		t.Helper()
		var got []string
		for _, r := range p.stored(s) {
			got = append(got, fmt.Sprint(r["status"], r["answers"]))
		}
		if strings.Join(got, " ") != want {
			t.Fatalf("stored are %v, want %s", got, want)
		}
	}
	answer("5")
	eventually(t, "the first person is thanked", func() bool { return at() == "Thank you 0 0" })
	are("countedmap[sat:5]")
	pass()
	eventually(t, "the screen is the next person's", func() bool { return at() == "Your visit 5 0" })

	p.stop()
	answer("2")
	eventually(t, "it says that there is no connection", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "No connection right now.")
	})
	if kept() == "[]" {
		t.Error("the answer is kept nowhere")
	}
	p = p.again()
	eventually(t, "the second person is thanked after all", func() bool { return at() == "Thank you 0 0" })
	are("countedmap[sat:2] countedmap[sat:5]")
	if kept() != "[]" {
		t.Errorf("what was sent is still kept: %s", kept())
	}
	pass()
	eventually(t, "the screen is the third person's", func() bool { return at() == "Your visit 5 0" })
	answer("3")
	eventually(t, "the third person is thanked", func() bool { return at() == "Thank you 0 0" })
	are("countedmap[sat:3] countedmap[sat:2] countedmap[sat:5]")
}

// Who opens an open link again in the same browser goes on where he stopped, the
// server's restart in between or not; another browser begins anew.
func TestAnOpenLinkGoesOnInItsBrowserAlone(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	do(t, ctx, chromedp.Navigate(p.base+path))
	if got := see(t, ctx, `localStorage.length`); got != "0" {
		t.Errorf("before the first answer %s things are kept", got)
	}
	press(t, ctx, `[name=sat][value="2"]`)
	press(t, ctx, `button.on`)
	asks := func(id string) bool {
		return see(t, ctx, `document.querySelector('[data-q]')?.dataset.q`) == id && see(t, ctx, `document.readyState`) == "complete"
	}
	eventually(t, "the second step is asked", func() bool { return asks("feel") })
	p.stop()
	p = p.again()
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(p.base+path))
	eventually(t, "the link goes on at the second step", func() bool { return asks("feel") })
	if other := p.visit(path).must(200); other.asked()[0] != "sat" {
		t.Errorf("another browser is asked %v", other.asked())
	}
	sleep(2100) // what a person needs at least
	press(t, ctx, `[name=feel][value="-1"]`)
	press(t, ctx, `button.on`)
	eventually(t, "the third step is asked", func() bool { return asks("why") })
	press(t, ctx, `[name=why]`)
	do(t, ctx, chromedp.KeyEvent("late"))
	press(t, ctx, `button.on`)
	eventually(t, "the end is reached", func() bool { return see(t, ctx, `document.querySelectorAll('form').length`) == "0" })
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[feel:-1 sat:2 why:late]" {
		t.Errorf("stored: %v", r)
	}
	eventually(t, "the end is forgotten", func() bool { return see(t, ctx, `localStorage.length`) == "0" })
	do(t, ctx, chromedp.Navigate(p.base+path))
	eventually(t, "and the link begins anew", func() bool { return asks("sat") })
}
