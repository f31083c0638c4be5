package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"golang.org/x/net/html"
)

// aside opens another page of the browser and notes what it sends.
func aside(t *testing.T, ctx context.Context) (context.Context, *posted) {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &posted{}
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && e.Request.Method != http.MethodGet {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.list = append(p.list, e.Request.Method+" "+e.Request.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return ctx, p
}

// posted is what a page sent.
type posted struct {
	mu   sync.Mutex
	list []string
}

func (p *posted) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.list)
}

// press clicks what a selector finds as a person does, where it stands.
func press(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	at := see(t, ctx, fmt.Sprintf(`(e => { if (!e) return ''; e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect(); return r.width ? (r.left + r.width / 2) + ' ' + (r.top + r.height / 2) : '' })(document.querySelector(%s))`, toJSON(t, selector)))
	var x, y float64
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		t.Fatalf("there is no %s to press", selector)
	}
	do(t, ctx, chromedp.MouseClickXY(x, y))
}

// lives are the ways in which a person shows on a page.
var lives = map[string]func(t *testing.T, ctx context.Context){
	"a mouse": func(t *testing.T, ctx context.Context) {
		do(t, ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 3, 3))
	},
	"a touch": func(t *testing.T, ctx context.Context) {
		for _, e := range []input.DispatchTouchEventParams{{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: 3, Y: 3}}}, {Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}} {
			if _, err := chromedp.Call(ctx, input.DispatchTouchEvent, e); err != nil {
				t.Fatal(err)
			}
		}
	},
	"a key": func(t *testing.T, ctx context.Context) { do(t, ctx, chromedp.KeyEvent(kb.Tab)) },
	"a wheel": func(t *testing.T, ctx context.Context) {
		if _, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: 3, Y: 3, DeltaX: 1, DeltaY: 40}); err != nil {
			t.Fatal(err)
		}
	},
}

// machine is what a scanner that runs scripts does to look like a person, and
// what scripts can cause.
const machine = `(() => {
	const types = ['pointermove', 'pointerdown', 'pointerup', 'touchstart', 'touchend', 'keydown', 'keyup', 'wheel', 'scroll', 'focus', 'mousemove', 'mousedown', 'mouseover', 'visibilitychange', 'change', 'input']
	for (const type of types) for (const on of [window, document, document.body, document.querySelector('form'), document.querySelector('input:not([type=hidden])')]) on.dispatchEvent(new Event(type, { bubbles: true, composed: true }))
	dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: 9, clientY: 9, isPrimary: true, pointerType: 'mouse' }))
	dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }))
	dispatchEvent(new WheelEvent('wheel', { deltaY: 40, bubbles: true }))
	document.body.style.minHeight = '5000px'
	for (const y of [4000, 0, 800]) scrollTo(0, y)
	document.querySelector('main').scrollIntoView()
	for (const e of document.querySelectorAll('a, button, input, summary')) e.focus()
	document.body.click()
	if (document.querySelector('form').dataset.autosave !== undefined) document.querySelector('[name=sat]').click()
	return document.visibilityState
})()`

// follow opens every address that a page names, and what those name, once.
func follow(v *visitor, seen map[string]bool, deep int) {
	var all []string
	each(v.page, func(n *html.Node) {
		for _, name := range []string{"href", "src", "action", "formaction"} {
			if a := attr(n, name); strings.HasPrefix(a, "/") || strings.HasPrefix(a, "?") {
				all = append(all, a)
			}
		}
	})
	for _, a := range all {
		if strings.HasPrefix(a, "?") {
			a = strings.TrimPrefix(strings.SplitN(v.at, "?", 2)[0], v.p.base) + a
		}
		if seen[a] || deep == 0 {
			continue
		}
		seen[a] = true
		follow(v.p.visit(a), seen, deep-1)
	}
}

// Attack 43: five scanners look at a link that counts by one click, and nothing
// is stored; one sign of a person is one vote, and the form replaces it.
func TestAttack43FiveScannersAreNobodyAndAPersonIsOne(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	do(t, ctx, chromedp.Navigate("about:blank"))
	type opened struct {
		kind, survey, path string
		tab                context.Context
		sent               *posted
	}
	var all []*opened
	// The fourth scanner, on all links at once: what it waits is the same time.
	for _, kind := range []string{`"single_use":false`, `"single_use":true`, `"label":"all on one page"`} {
		questions := delivery
		if strings.Contains(kind, "page") {
			questions += `,"layout":"page"` // what is written there is kept meanwhile
		}
		_, s := p.published(questions)
		o := &opened{kind: kind, survey: s, path: p.link(s, `{"one_click":true,`+kind+`}`)}
		o.tab, o.sent = aside(t, ctx)
		do(t, o.tab, chromedp.Navigate(p.base+o.path+"?sat=4"))
		if got := see(t, o.tab, `document.querySelector('[name=sat]:checked').value`); got != "4" {
			t.Fatalf("the link chooses %s", got)
		}
		see(t, o.tab, machine)
		see(t, o.tab, `(window.waited = false, setTimeout(() => window.waited = true, 10000))`)
		all = append(all, o)
	}
	for _, o := range all {
		for _, q := range []string{"?sat=1", "?sat=2", "?sat=3", "?sat=4", "?sat=5"} { // all links of a mail
			p.visit(o.path + q).must(200)
		}
		agents := []string{"Mozilla/5.0 (Windows NT 10.0)", "GoogleImageProxy", "Barracuda Sentinel (EE)", "Microsoft Office/16.0", "python-requests/2", ""}
		var wg sync.WaitGroup
		for i := range 24 { // several agents at once, half of them by HEAD
			wg.Go(func() {
				req, err := http.NewRequest([]string{"GET", "HEAD"}[i%2], p.base+o.path+"?sat=4", nil)
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("User-Agent", agents[i/2%len(agents)])
				res, err := p.http.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				_ = res.Body.Close()
				if res.StatusCode != 200 {
					t.Errorf("%s as %s: status %d", req.Method, agents[i/2%len(agents)], res.StatusCode)
				}
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		if follow(p.visit(o.path+"?sat=4").must(200), seen, 3); len(seen) < 4 {
			t.Errorf("the page names no addresses to follow: %v", seen)
		}
	}
	for _, o := range all {
		eventually(t, "the scanner waited 10 s", func() bool { return see(t, o.tab, `window.waited`) == "true" })
		see(t, o.tab, machine)
		see(t, o.tab, `fetch(location.href).then(() => window.after = true)`) // what was sent before is noted by now
		eventually(t, "the scanner's last request is answered", func() bool { return see(t, o.tab, `window.after`) == "true" })
		if got := o.sent.all(); len(got) > 0 {
			t.Errorf("attack 43: %s: scripts alone send %v", o.kind, got)
		}
		if r := p.stored(o.survey); len(r) > 0 {
			t.Fatalf("attack 43: %s: scanners stored %v", o.kind, r)
		}
	}
	for _, first := range all[:2] {
		for way, live := range lives {
			o := first
			if way != "a mouse" { // in a link and a page of its own
				_, s := p.published(delivery)
				o = &opened{kind: first.kind, survey: s, path: p.link(s, `{"one_click":true,`+first.kind+`}`)}
				o.tab, o.sent = aside(t, ctx)
				do(t, o.tab, chromedp.Navigate(p.base+o.path+"?sat=4"))
			}
			isOne := func(status, answers string) {
				t.Helper()
				r := p.stored(o.survey)
				if len(r) != 1 || r[0]["status"] != status || fmt.Sprint(r[0]["answers"]) != answers {
					t.Fatalf("attack 43: %s, %s: stored %v, want one %s with %s", way, o.kind, r, status, answers)
				}
			}
			live(t, o.tab)
			eventually(t, way+" is noted", func() bool {
				return strings.HasPrefix(see(t, o.tab, `document.querySelector('.say').textContent`), "Your answer has been noted.")
			})
			isOne("counted", "map[sat:4]")
			for _, again := range lives {
				again(t, o.tab)
			}
			isOne("counted", "map[sat:4]")
			// The form takes the vote's place, step by step, and is still one.
			press(t, o.tab, `[name=sat][value="2"]`)
			press(t, o.tab, `button.on`)
			eventually(t, "the second step is asked", func() bool { return see(t, o.tab, `document.querySelectorAll('[name=feel]').length`) == "5" })
			isOne("counted", "map[sat:2]")
			press(t, o.tab, `button.on`)
			eventually(t, "the third step is asked", func() bool { return see(t, o.tab, `document.querySelectorAll('[name=why]').length`) == "1" })
			press(t, o.tab, `button.on`)
			eventually(t, "the end is reached", func() bool { return see(t, o.tab, `document.querySelectorAll('form').length`) == "0" })
			isOne("counted", "map[sat:2]")
			if got := o.sent.all(); len(got) != 4 { // the vote and three steps
				t.Errorf("attack 43: %s, %s: one person sent %v", way, o.kind, got)
			}
		}
	}
	p.waitRolledUp()
	p.verify("--data", dataOf(p))
}
