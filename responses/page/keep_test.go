package page

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const storage = `JSON.stringify(Object.fromEntries(Object.entries(localStorage)))`

// tickets answers what scripts send as the flow does.
func tickets(h *host) func(http.ResponseWriter, url.Values) {
	return func(w http.ResponseWriter, f url.Values) {
		switch {
		case f.Has(fieldAutosave), f.Has(fieldSign):
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"ticket": "renewed"}`))
		default:
			h.write(w, h.page, h.status)
		}
	}
}

func TestWhatIsWrittenIsKeptMeanwhile(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.answer = tickets(h)
	v := speaking("en").sheet()
	v.Resume = "waymark:lnk_1"
	h.show(t, ctx, v)
	time.Sleep(1200 * time.Millisecond)
	if h.count() != 0 || see(t, ctx, storage) != "{}" {
		t.Error("something is sent or kept before the first answer")
	}
	click(t, ctx, "#q-csat-3")
	eventually(t, "the answer is sent", func() bool { return h.count() == 1 })
	if f := h.last(); f.Get(fieldAutosave) != "1" || f.Get("csat") != "4" || f.Get(FieldTicket) != "ticket" {
		t.Errorf("sent %v", f)
	}
	eventually(t, "the new ticket is taken and kept", func() bool {
		return see(t, ctx, `document.querySelector('[name="wm-ticket"]').value`) == "renewed" && see(t, ctx, storage) == `{"waymark:lnk_1":"renewed"}`
	})
	if got := see(t, ctx, `document.querySelector('.say').textContent`); got != "Saved" {
		t.Errorf("the page says %q", got)
	}
	click(t, ctx, "#q-csat-3")
	time.Sleep(1200 * time.Millisecond)
	if h.count() != 1 {
		t.Error("the same answers are sent again")
	}
	// Without a connection it says so, and sends when there is one.
	h.set(func(h *host) { h.down = true })
	click(t, ctx, "#q-nps-9")
	eventually(t, "it says that there is no connection", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "No connection right now.")
	})
	h.set(func(h *host) { h.down = false })
	eventually(t, "it is sent after all", func() bool { return h.count() == 2 })
	if f := h.last(); f.Get("nps") != "9" || f.Get(FieldTicket) != "renewed" {
		t.Errorf("sent %v", f)
	}
}

func TestAnOpenLinkGoesOnWhereItStopped(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	s := speaking("en")
	first, second := s.view(s.field("csat")), s.view(s.field("text"))
	first.Resume, second.Resume = "waymark:lnk_1", "waymark:lnk_1"
	first.Step, second.Ticket = 1, "second"
	h.answer = func(w http.ResponseWriter, f url.Values) { h.write(w, second, 200) }

	// Who leaves before the first answer begins anew.
	h.show(t, ctx, first)
	do(t, ctx, chromedp.Reload())
	if h.count() != 0 || see(t, ctx, storage) != "{}" {
		t.Error("looking keeps something")
	}
	click(t, ctx, "#q-csat-3")
	click(t, ctx, ".on")
	eventually(t, "the second step is kept", func() bool {
		return see(t, ctx, `document.querySelector('h2').textContent.length > 0 && `+storage) == `{"waymark:lnk_1":"second"}`
	})
	if h.count() != 1 {
		t.Errorf("%d requests led to the second step", h.count())
	}
	// Opened again, the link asks where it stood and shows that.
	h.show(t, ctx, first)
	eventually(t, "it stands at the second step", func() bool { return see(t, ctx, `document.querySelectorAll('#q-text-i').length`) == "1" })
	if f := h.last(); f.Get(fieldResume) != "1" || f.Get(FieldTicket) != "second" || len(answers(f)) != 0 {
		t.Errorf("it asked %v", f)
	}
	// And can be answered there: the script works on the new document.
	write(t, ctx, "#q-text-i", "x")
	if got := see(t, ctx, `document.querySelector('.left').textContent`); got != "199 characters left" {
		t.Errorf("the page that took the other's place says %q", got)
	}
	// An address that names a ticket is not trusted; a language that was chosen here is.
	n := h.count()
	first.Languages = []Language{{Tag: "en", Name: "English", Href: "/s/t?lang=en", Current: true}, {Tag: "de", Name: "Deutsch", Href: "/s/t?lang=de&ticket=ticket"}}
	h.show(t, ctx, first)
	eventually(t, "it stands at the second step", func() bool { return see(t, ctx, `document.querySelectorAll('#q-text-i').length`) == "1" })
	do(t, ctx, chromedp.Navigate(see(t, ctx, "location.href")+"?ticket=stranger"))
	eventually(t, "it stands at the second step again", func() bool { return see(t, ctx, `document.querySelectorAll('#q-text-i').length`) == "1" })
	if f := h.last(); h.count() != n+2 || f.Get(FieldTicket) != "second" {
		t.Errorf("%d requests, the last %v", h.count()-n, f)
	}
	down := func(w http.ResponseWriter, _ url.Values) { http.Error(w, "down", http.StatusServiceUnavailable) }
	h.set(func(h *host) { h.answer = down }) // so that it stands at the first step
	h.show(t, ctx, first)
	eventually(t, "it asked", func() bool { return h.count() == n+3 })
	click(t, ctx, ".lang summary")
	click(t, ctx, ".lang [lang=de]")
	eventually(t, "the language's page is kept", func() bool { return see(t, ctx, storage) == `{"waymark:lnk_1":"ticket"}` })
	time.Sleep(300 * time.Millisecond)
	if h.count() != n+3 {
		t.Error("the page in another language asked where the visit stands")
	}
	first.Languages = nil
	h.set(func(h *host) { h.answer = func(w http.ResponseWriter, f url.Values) { h.write(w, second, 200) } })
	see(t, ctx, `localStorage.setItem('waymark:lnk_1', 'second')`)
	// A link that chooses an answer is no visit of before.
	n = h.count()
	h.show(t, ctx, func() *View { v := *first; v.Fields = []Field{s.answered("csat")}; return &v }())
	time.Sleep(500 * time.Millisecond)
	if h.count() != n {
		t.Error("what the link chose is replaced")
	}
	// What the server does not know any more is forgotten, and so is what ended.
	h.set(func(h *host) {
		h.answer = func(w http.ResponseWriter, _ url.Values) { http.Error(w, "gone", http.StatusGone) }
	})
	h.show(t, ctx, first)
	eventually(t, "it is forgotten", func() bool { return see(t, ctx, storage) == "{}" })
	see(t, ctx, `localStorage.setItem('waymark:lnk_1', 'x')`)
	h.show(t, ctx, &End{Kind: EndThanks, Lang: "en", Words: s.w, Resume: "waymark:lnk_1"})
	eventually(t, "the end forgets it", func() bool { return see(t, ctx, storage) == "{}" })
}

// Attack 43: a browser without a person sends nothing; a person's first move
// sends the vote, once.
func TestOnlyAPersonVotesByAClick(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.answer = tickets(h)
	v := speaking("en").view(speaking("en").answered("csat"))
	v.OneClick = true
	h.show(t, ctx, v)
	see(t, ctx, `(() => {
		for (const type of ['pointermove', 'pointerdown', 'touchstart', 'keydown', 'wheel', 'scroll', 'focus', 'mousemove', 'click']) {
			for (const on of [window, document, document.body]) on.dispatchEvent(new Event(type, { bubbles: true }))
		}
		window.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }))
		scrollTo(0, 100), document.querySelector('input').focus(), document.querySelector('main').click(), document.body.style.height = '3000px', scrollTo(0, 500)
	})()`)
	time.Sleep(700 * time.Millisecond)
	if h.count() != 0 {
		t.Fatalf("attack 43: scripts alone voted: %v", h.last())
	}
	do(t, ctx, chromedp.MouseClickXY(5, 5))
	eventually(t, "a person is counted", func() bool { return h.count() == 1 })
	if f := h.last(); f.Get(fieldSign) != "1" || f.Get("csat") != "4" || f.Get(FieldTicket) != "ticket" {
		t.Errorf("the vote is %v", f)
	}
	eventually(t, "the page says so", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "Your answer has been noted.")
	})
	do(t, ctx, chromedp.MouseClickXY(9, 9), chromedp.KeyEvent("\t"), chromedp.MouseClickXY(20, 20))
	time.Sleep(300 * time.Millisecond)
	if h.count() != 1 {
		t.Errorf("one person voted %d times", h.count())
	}
	// The form replaces the vote, with the ticket that the vote gave.
	click(t, ctx, ".on")
	eventually(t, "the form is sent", func() bool { return h.count() == 2 })
	if h.last().Get(FieldTicket) != "renewed" {
		t.Errorf("the form has the ticket %q", h.last().Get(FieldTicket))
	}

	// What is touched first may be another choice: the vote is the link's.
	h.show(t, ctx, v)
	click(t, ctx, "#q-csat-0")
	eventually(t, "the vote is sent", func() bool { return h.count() == 3 })
	if f := h.last(); f.Get("csat") != "4" || f.Get(fieldSign) != "1" {
		t.Errorf("the vote is %v", f)
	}
	// Loaded again it is the visit that voted, and says so.
	v.Resume = "waymark:lnk_1"
	for _, kept := range []string{"", "renewed"} {
		n := h.count()
		h.show(t, ctx, v)
		do(t, ctx, chromedp.MouseClickXY(5, 5))
		eventually(t, "a sign is sent", func() bool { return h.count() == n+1 })
		if f := h.last(); f.Get(fieldSign) != "1" || f.Get(FieldTicket) != "ticket" || f.Get(fieldKept) != kept {
			t.Errorf("the sign is %v, want %q kept", f, kept)
		}
		eventually(t, "the visit is kept", func() bool { return see(t, ctx, storage) == `{"waymark:lnk_1":"renewed"}` })
	}
	v.Resume = ""
	voted := h.count()
	// A page that is not one-click sends nothing at any sign.
	h.show(t, ctx, speaking("en").view(speaking("en").answered("csat")))
	do(t, ctx, chromedp.MouseClickXY(5, 5), chromedp.KeyEvent("\t"))
	time.Sleep(300 * time.Millisecond)
	if h.count() != voted {
		t.Error("a page that is not one-click votes")
	}
}

// connected says whether the open page has a connection.
func connected(t *testing.T, ctx context.Context, is bool) {
	t.Helper()
	if _, err := chromedp.Call(ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !is, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		t.Fatal(err)
	}
}

func TestAFormWaitsForAConnectionAndGoesOnce(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	h.show(t, ctx, speaking("en").view(speaking("en").answered("csat")))
	connected(t, ctx, false)
	click(t, ctx, ".on")
	eventually(t, "it says that there is no connection", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "No connection right now.")
	})
	if h.count() != 0 {
		t.Error("it was sent without a connection")
	}
	connected(t, ctx, true)
	eventually(t, "it is sent", func() bool { return h.count() == 1 })
	if got := h.last().Get("csat"); got != "4" {
		t.Errorf("sent %v", h.last())
	}
	// Pressed twice, it is sent once.
	h.show(t, ctx, speaking("en").view(speaking("en").answered("csat")))
	see(t, ctx, `(b => (b.click(), b.click(), b.click()))(document.querySelector('.on'))`)
	eventually(t, "it is sent", func() bool { return h.count() >= 2 })
	time.Sleep(300 * time.Millisecond)
	if h.count() != 2 {
		t.Errorf("pressed three times, it was sent %d times", h.count()-1)
	}
}

func TestAKioskStartsAgainAndSurvivesALostConnection(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	s := speaking("en")
	start := s.view(s.field("csat"))
	start.Kiosk, start.Back, start.Step, start.Last = true, false, 1, true
	thanks := &End{Kind: EndThanks, Lang: "en", Words: s.w, Kiosk: true, Action: "/s/t", Link: Link{"https://shop.example", "Shop"}, Change: "/s/t"}
	h.answer = func(w http.ResponseWriter, _ url.Values) { h.write(w, thanks, 200) }
	at := func() string {
		return see(t, ctx, `document.querySelector('h1').textContent + '|' + document.querySelectorAll('form').length`)
	}
	h.show(t, ctx, start)
	see(t, ctx, `window.same = true`) // is lost with the document that the browser has
	click(t, ctx, "#q-csat-3")
	click(t, ctx, ".on")
	eventually(t, "it thanks", func() bool { return at() == "Thank you|0" })
	if got := see(t, ctx, `document.querySelectorAll('a').length + ' ' + document.body.innerText.includes('24 hours')`); got != "1 false" {
		t.Errorf("a kiosk leads elsewhere: %s", got)
	}
	eventually(t, "it says when it starts again", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "Starts again in 1")
	})
	// Time passes for the page, not for the test.
	pass := func(seconds string) {
		see(t, ctx, `(() => { const now = Date.now; Date.now = () => now() + `+seconds+`000 })()`)
	}
	gets := h.gets
	pass("20")
	eventually(t, "it starts again", func() bool { return at() == "Your delivery|1" && h.gets > gets })

	// A page that somebody left half answered starts again too; one that nobody touched stays.
	pass("100")
	time.Sleep(1500 * time.Millisecond)
	if h.gets != gets+1 {
		t.Error("an untouched start is fetched again and again")
	}
	click(t, ctx, "#q-csat-0")
	pass("80")
	eventually(t, "it warns", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "Starts again in ")
	})
	do(t, ctx, chromedp.MouseClickXY(5, 5)) // somebody is there after all
	if got := see(t, ctx, `document.querySelector('.say').textContent + document.querySelectorAll(':checked').length`); got != "1" {
		t.Errorf("after a touch: %s", got)
	}
	pass("95")
	eventually(t, "it starts again for the next one", func() bool { return see(t, ctx, `document.querySelectorAll(':checked').length`) == "0" })

	// The connection goes while somebody sends: it is kept, said and sent later.
	h.set(func(h *host) { h.down = true })
	click(t, ctx, "#q-csat-1")
	n := h.count()
	click(t, ctx, ".on")
	eventually(t, "it says that there is no connection", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('.say').textContent`), "No connection right now.")
	})
	if got := see(t, ctx, `localStorage.getItem('waymark-kiosk').includes('csat=2')`); got != "true" {
		t.Error("it is kept nowhere")
	}
	h.set(func(h *host) { h.down = false })
	eventually(t, "it is sent", func() bool { return h.count() == n+1 && at() == "Thank you|0" })
	if h.last().Get("csat") != "2" || see(t, ctx, storage) != "{}" || see(t, ctx, `window.same`) != "true" {
		t.Errorf("sent %v, kept %s", h.last(), see(t, ctx, storage))
	}
	// The end cannot start again without a connection, and does when there is one.
	h.set(func(h *host) { h.down = true })
	pass("20")
	time.Sleep(1500 * time.Millisecond)
	if at() != "Thank you|0" {
		t.Errorf("without a connection the screen shows %s", at())
	}
	h.set(func(h *host) { h.down = false })
	eventually(t, "it starts again", func() bool { return at() == "Your delivery|1" })

	// Switched off while something waited: it is sent at the next start.
	h.set(func(h *host) { h.down = true })
	click(t, ctx, "#q-csat-2")
	click(t, ctx, ".on")
	eventually(t, "it waits", func() bool { return see(t, ctx, storage) != "{}" })
	h.set(func(h *host) { h.down = false; h.answer = nil; h.sent = nil })
	h.show(t, ctx, start)
	eventually(t, "it is sent after all", func() bool { return h.count() > 0 && h.last().Get("csat") == "3" })
	eventually(t, "nothing waits", func() bool { return see(t, ctx, storage) == "{}" })
}
