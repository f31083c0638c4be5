package page

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"waymark/surveys/words"
)

// byKeys is how each kind is answered by the keyboard alone, from its first
// input on, and what is sent then. The number is the Tabs from there to Next.
var byKeys = map[string]struct {
	keys string
	sent url.Values
}{
	"csat":        {" " + kb.ArrowDown + kb.ArrowDown, url.Values{"csat": {"3"}}},
	"ces":         {" " + strings.Repeat(kb.ArrowRight, 6), url.Values{"ces": {"7"}}},
	"nps":         {" " + strings.Repeat(kb.ArrowRight, 9), url.Values{"nps": {"9"}}},
	"emotion":     {" " + kb.ArrowRight, url.Values{"emotion": {"-1"}}},
	"stars":       {" " + strings.Repeat(kb.ArrowRight, 4), url.Values{"stars": {"5"}}},
	"numbers":     {" ", url.Values{"numbers": {"1"}}},
	"feelings":    {" \t\t ", url.Values{"feelings": {"delighted", "surprised"}}},
	"choice":      {" " + strings.Repeat(kb.ArrowDown, 4) + "\tTeal", url.Values{"choice": {"other"}, "choice.other": {"Teal"}}},
	"choices":     {" \t ", url.Values{"choices": {"o0", "o1"}, "choices.other": {""}}},
	"matrix":      {" \t " + kb.ArrowRight + "\t " + kb.ArrowRight + kb.ArrowRight, url.Values{"matrix.a": {"o0"}, "matrix.b": {"o1"}, "matrix.c": {"o2"}}},
	"matrix_many": {" \t ", url.Values{"matrix_many.a": {"o0", "o1"}}},
	"text":        {"Ana", url.Values{"text": {"Ana"}}},
	"email":       {"ana@example.org", url.Values{"email": {"ana@example.org"}}},
	"long_text":   {"Late,\rand wet", url.Values{"long_text": {"Late,\r\nand wet"}}},
	"number":      {"2,5x", url.Values{"number": {"2,5x"}}},
	"date":        {"11202026", url.Values{"date": {"2026-11-20"}}},
	"consent":     {" ", url.Values{"consent": {"true"}}},
	"picture":     {" " + kb.ArrowDown, url.Values{"picture": {"o1"}}},
}

// answers leaves what the page itself sends away.
func answers(f url.Values) url.Values {
	out := url.Values{}
	for name, v := range f {
		if !strings.HasPrefix(name, "wm-") {
			out[name] = v
		}
	}
	return out
}

func sameForm(a, b url.Values) bool { return a.Encode() == b.Encode() }

// TestKeyboardAloneAnswersEverything answers every kind without a pointer, with
// scripts and without.
func TestKeyboardAloneAnswersEverything(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.answer = func(w http.ResponseWriter, _ url.Values) {
		h.write(w, &End{Kind: EndThanks, Lang: "en", Words: speaking("en").w}, 200)
	}
	for _, scripts := range []bool{true, false} {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
			t.Fatal(err)
		}
		for kind, how := range byKeys {
			f := speaking("en").field(kind)
			f.Required = true // then nothing but the question lies on the way
			v := speaking("en").view(f)
			v.Languages, v.Back = nil, false
			h.show(t, ctx, v)
			before := h.count()
			do(t, ctx, chromedp.KeyEvent("\t"))
			if got := see(t, ctx, `document.activeElement.closest('[data-q]')?.dataset.q`); got != kind {
				t.Fatalf("%s, scripts %v: the first Tab leads to %s", kind, scripts, got)
			}
			if see(t, ctx, `getComputedStyle(document.activeElement).outlineStyle`) != "solid" {
				t.Errorf("%s: the focus is not seen", kind)
			}
			do(t, ctx, chromedp.KeyEvent(how.keys))
			if h.count() != before {
				t.Errorf("%s, scripts %v: choosing sends", kind, scripts)
			}
			for n := 0; see(t, ctx, `document.activeElement.className`) != "on"; n++ {
				if n > 40 {
					t.Fatalf("%s: no Tab leads to the button", kind)
				}
				do(t, ctx, chromedp.KeyEvent("\t"))
			}
			do(t, ctx, chromedp.KeyEvent("\r"))
			eventually(t, kind+" is sent and thanked for", func() bool {
				return h.count() > before && see(t, ctx, `document.querySelector('h1')?.textContent`) == "Thank you"
			})
			if got := answers(h.last()); !sameForm(got, how.sent) {
				t.Errorf("%s, scripts %v: sent %v, want %v", kind, scripts, got, how.sent)
			}
			if h.last().Get(fieldDecoy) != "" || h.last().Get(FieldTicket) != "ticket" {
				t.Errorf("%s: besides it sent %v", kind, h.last())
			}
		}
	}
}

// TestRankingByButtonsAndPlaces moves what is ranked in each way there is.
func TestRankingByButtonsAndPlaces(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	f := speaking("en").field("ranking")
	f.Required = true
	h.show(t, ctx, speaking("en").view(f))
	places := func() string {
		return see(t, ctx, `[...document.querySelectorAll('.places li')].map(li => li.querySelector('select').name.slice(-1) + li.querySelector('select').value).join(' ')`)
	}
	press := func(row, way string) {
		see(t, ctx, `[...document.querySelectorAll('[name="ranking.`+row+`"] ~ .moves button')][`+map[string]string{"up": "0", "down": "1"}[way]+`].focus()`)
		do(t, ctx, chromedp.KeyEvent("\r"))
	}
	choose := func(row, place string) {
		see(t, ctx, `document.querySelector('[name="ranking.`+row+`"]').focus()`)
		do(t, ctx, chromedp.KeyEvent(place))
	}
	is := func(want string) {
		t.Helper()
		eventually(t, "the places are "+want+", and are "+places(), func() bool { return places() == want })
	}
	is("a b c d")
	press("a", "up") // as they stand
	is("a1 b2 c3 d4")
	press("c", "up")
	is("a1 c2 b3 d4")
	if got := see(t, ctx, `document.activeElement.getAttribute('aria-label') + '|' + document.querySelector('.say').textContent`); got != "Move The time up|Place of The time: 2" {
		t.Errorf("after a move the focus and the news are %s", got)
	}
	press("d", "down")
	is("a1 c2 b3 d4")
	press("a", "down")
	is("c1 a2 b3 d4")
	choose("d", "1") // who had the place takes the other
	is("d1 a2 b3 c4")
	click(t, ctx, ".on")
	eventually(t, "it is sent", func() bool { return h.count() == 1 })
	if got := answers(h.last()); !sameForm(got, url.Values{"ranking.a": {"2"}, "ranking.b": {"3"}, "ranking.c": {"4"}, "ranking.d": {"1"}}) {
		t.Errorf("sent %v", got)
	}
	// Place by place: the last one is what is left.
	h.show(t, ctx, speaking("en").view(f))
	choose("c", "1")
	is("c1 a b d")
	choose("a", "3")
	is("c1 a3 b d")
	choose("d", "2")
	is("c1 d2 a3 b4")
	choose("c", "–")
	is("d2 a3 b4 c")
}

func TestOptionsThatExcludeOthersStandAlone(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.show(t, ctx, speaking("en").view(speaking("en").answered("choices")))
	chosen := `[...document.querySelectorAll('[name=choices]:checked')].map(e => e.value).join()`
	click(t, ctx, `[value=none]`)
	if got := see(t, ctx, chosen); got != "none" {
		t.Errorf("beside what excludes others stands %s", got)
	}
	click(t, ctx, `[value=o1]`)
	click(t, ctx, `[value=other]`)
	if got := see(t, ctx, chosen); got != "o1,other" {
		t.Errorf("then %s are chosen", got)
	}
	// An own text comes and goes with its option.
	own := `document.querySelector('[name="choices.other"]')`
	write(t, ctx, `[name="choices.other"]`, "Teal")
	click(t, ctx, `[value=none]`)
	if got := see(t, ctx, own+`.value + '|' + `+own+`.getBoundingClientRect().height`); got != "|0" {
		t.Errorf("the text of an option that is not chosen is %s", got)
	}
	click(t, ctx, `[value=other]`)
	if got := see(t, ctx, own+`.value`); got != "Teal" {
		t.Errorf("chosen again, the own text is %q", got)
	}
	// Who writes an own text chose it; who takes an answer back has none.
	h.show(t, ctx, speaking("en").view(speaking("en").field("choice")))
	see(t, ctx, `(e => (e.value = 'x', e.dispatchEvent(new Event('input', {bubbles: true}))))(document.querySelector('[name="choice.other"]'))`)
	if got := see(t, ctx, `document.querySelector('[name=choice]:checked').value`); got != "other" {
		t.Errorf("the text chose %s", got)
	}
	click(t, ctx, ".clear")
	if got := see(t, ctx, `document.querySelectorAll('[name=choice]:checked').length + ' ' + document.querySelector('.clear').hidden`); got != "0 true" {
		t.Errorf("after it was taken back: %s", got)
	}
}

func TestCharactersAreCountedAsTheServerDoes(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	for _, c := range []struct{ lang, typed, want string }{
		{"en", "", "200 characters left"}, {"en", "ab", "198 characters left"}, {"en", "😀é", "198 characters left"},
		{"en", strings.Repeat("x", 199), "1 character left"}, {"en", strings.Repeat("x", 203), "−3 / 200"}, {"ar", strings.Repeat("x", 198), "بقي حرفان"},
	} {
		h.show(t, ctx, speaking(c.lang).view(speaking(c.lang).field("text")))
		see(t, ctx, `(e => (e.value = '`+c.typed+`', e.dispatchEvent(new Event('input', {bubbles: true}))))(document.querySelector('[name=text]'))`)
		if got := see(t, ctx, `document.querySelector('.left').textContent`); got != c.want {
			t.Errorf("%s, %d typed: %s, want %s", c.lang, len(c.typed), got, c.want)
		}
	}
	f := speaking("en").answered("text")
	if page := html(t, speaking("en").view(f)); !strings.Contains(page, ">197 characters left<") {
		t.Error("without scripts the number does not count what is there")
	}
}

// What is neither an answer of this page nor of the script's own objects decides
// here as it does on the server.
func TestWhatIsKnownBesidesDecidesOnThePageToo(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	s := speaking("en")
	v := s.view()
	v.Layout, v.Flow = "page", []byte(`{"flow":{"q":[{"id":"constructor"},{"id":"rows"},{"id":"csat"},{"id":"text","show":["==",["$","contact.language"],"de"]},{"id":"email","show":["answered",["$","property.constructor"]]},
		{"id":"number","show":["answered",["$","constructor"]]},{"id":"date","show":["==",["count",["$","rows"]],2]},{"id":"long_text","show":["answered",["$","rows.constructor"]]}]},
		"answers":{"rows":{"other":"a","more":"b"}},"properties":{},"contact":{"language":"de"}}`)
	for _, k := range []string{"csat", "text", "email", "number", "date", "long_text"} {
		v.Fields = append(v.Fields, s.field(k))
	}
	h.show(t, ctx, v)
	if got := see(t, ctx, `[...document.querySelectorAll('[data-q]')].filter(b => b.getBoundingClientRect().height).map(b => b.dataset.q).join(' ')`); got != "csat text date" {
		t.Errorf("shown are %s", got)
	}
}

// flow is the logic of a survey as package logic writes it: text is asked of
// who is not satisfied, and needed of who is very dissatisfied; the matrix of who
// wrote; a property and an answer of another page decide too.
const flow = `{"flow":{"q":[{"id":"before"},{"id":"csat"},{"id":"text","show":["<=",["$","csat"],3],"reqif":["==",["$","csat"],1]},
	{"id":"matrix","show":["answered",["$","text"]]},{"id":"choices","show":["==",["$","matrix.a"],"o0"]},{"id":"consent","show":["in","o1",["$","choices"]]},
	{"id":"number","show":["==",["$","consent"],true]},{"id":"date","show":[">",["$","number"],2]},{"id":"email","show":["and",["==",["$","property.state"],"SP"],["==",["$","before"],7]]},
	{"id":"choice","jump":[[["==",["$","choice"],"other"],11]]},{"id":"long_text"}]},"answers":{"before":7},"properties":{"state":"SP"}}`

func TestQuestionsFollowTheAnswers(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	s := speaking("en")
	v := s.view()
	v.Layout, v.Flow = "page", []byte(flow)
	for _, k := range []string{"csat", "text", "matrix", "choices", "consent", "number", "date", "email", "choice", "long_text"} {
		f := s.field(k)
		f.Hidden = k != "csat" && k != "choice" && k != "long_text"
		v.Fields = append(v.Fields, f)
	}
	h.show(t, ctx, v)
	shown := func(want string) {
		t.Helper()
		if got := see(t, ctx, `[...document.querySelectorAll('[data-q]')].filter(b => b.getBoundingClientRect().height).map(b => b.dataset.q).join(' ')`); got != want {
			t.Errorf("shown are %s, want %s", got, want)
		}
	}
	shown("csat email choice long_text")
	click(t, ctx, `#q-csat-2`)
	shown("csat text email choice long_text")
	if see(t, ctx, `document.querySelector('#q-text-i').required + ' ' + document.querySelector('#q-text small').hidden`) != "false false" {
		t.Error("the reason is needed already")
	}
	click(t, ctx, `#q-csat-0`)
	if see(t, ctx, `document.querySelector('#q-text-i').required + ' ' + document.querySelector('#q-text small').hidden`) != "true true" {
		t.Error("the reason is not needed")
	}
	write(t, ctx, `#q-text-i`, "late")
	click(t, ctx, `#q-matrix-0-0`)
	click(t, ctx, `#q-choices-1`)
	click(t, ctx, `#q-consent-i`)
	write(t, ctx, `#q-number-i`, "2.5")
	click(t, ctx, `[name=choice][value=other]`)
	shown("csat text matrix choices consent number date email choice")
	click(t, ctx, `.on`)
	eventually(t, "it is sent", func() bool { return h.count() == 1 })
	if got := answers(h.last()); !sameForm(got, url.Values{"csat": {"1"}, "text": {"late"}, "matrix.a": {"o0"}, "choices": {"o1"}, "choices.other": {""}, "consent": {"true"}, "number": {"2.5"}, "date": {""}, "email": {""}, "choice": {"other"}, "choice.other": {""}}) {
		t.Errorf("sent %v", got)
	}
	if h.last().Get(fieldScript) != "1" {
		t.Error("the server is not told that a script shows and hides")
	}
	// An answer that changes takes everything behind it along, and it is not sent.
	h.show(t, ctx, v)
	click(t, ctx, `#q-csat-0`)
	write(t, ctx, `#q-text-i`, "late")
	click(t, ctx, `#q-csat-4`)
	shown("csat email choice long_text")
	click(t, ctx, `.on`)
	eventually(t, "it is sent", func() bool { return h.count() == 2 })
	if got := answers(h.last()); got.Has("text") || got.Has("matrix.a") {
		t.Errorf("what is hidden is sent: %v", got)
	}
	// Without scripts only what hangs on nothing of the page stands there.
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	h.show(t, ctx, v)
	shown("csat choice long_text")
}

func TestNumbersAreWrittenAsTheLanguageHasThem(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	for _, c := range []struct{ lang, typed, want string }{{"de", "2,5", "2.5"}, {"de", " -1,25 ", " -1.25 "}, {"de", "1.000,5", "1.000,5"}, {"en", "2,5", "2,5"}, {"en", "1,000", "1,000"}, {"de", "zwei", "zwei"}} {
		h.show(t, ctx, speaking(c.lang).view(speaking(c.lang).field("number")))
		write(t, ctx, "#q-number-i", c.typed+"\t")
		if got := see(t, ctx, `document.querySelector('#q-number-i').value`); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.lang, c.typed, got, c.want)
		}
	}
}

func TestWhatIsWrongGetsTheFocus(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.set(func(h *host) { h.status = http.StatusUnprocessableEntity })
	h.show(t, ctx, speaking("en").refused("nps"))
	eventually(t, "the alert has the focus", func() bool { return see(t, ctx, `document.activeElement.className`) == "alert" })
	do(t, ctx, chromedp.KeyEvent("\t"))
	eventually(t, "its link is the next", func() bool { return see(t, ctx, `document.activeElement.tagName`) == "A" })
	do(t, ctx, chromedp.KeyEvent("\r"))
	eventually(t, "its link leads to the field", func() bool { return see(t, ctx, `document.activeElement.id`) == "q-nps-0" })
}

func TestHostileTextsStayTexts(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.show(t, ctx, hostileView())
	time.Sleep(200 * time.Millisecond)
	if got := see(t, ctx, `window.hit + ' ' + document.scripts.length + ' ' + document.querySelectorAll('img').length`); got != "undefined 1 3" {
		t.Errorf("attack 25: hit, scripts and pictures are %s", got)
	}
	// Attack 20: what turns the direction of a text cannot turn what stands beside it.
	if got := see(t, ctx, `(() => {
		const out = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
		while (walker.nextNode()) {
			const n = walker.currentNode
			if (n.data.includes('\u202E') && !n.parentNode.closest('bdi, p.notice, .lang a, .lang summary, textarea')) out.push(n.parentNode.outerHTML.slice(0, 80))
		}
		return out.join()
	})()`); got != "" {
		t.Errorf("attack 20: not kept apart: %s", got)
	}
}

func TestMotionRespectsTheSetting(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	moving := `[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s' || getComputedStyle(e).animationName !== 'none').length`
	media(t, ctx, "prefers-reduced-motion:reduce")
	h.show(t, ctx, speaking("en").sheet())
	if got := see(t, ctx, moving); got != "0" {
		t.Errorf("%s elements move though nobody wants it", got)
	}
	media(t, ctx)
	if got := see(t, ctx, moving); got == "0" {
		t.Error("the test sees no motion at all")
	}
}

// The way on stands at the same place of every step that fits.
func TestTheWayOnStaysWhereItIs(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	do(t, ctx, chromedp.EmulateViewport(320, 568))
	for _, tag := range words.Languages() {
		h.show(t, ctx, speaking(tag).view(speaking(tag).field("text")))
		if got := see(t, ctx, `document.querySelector('.on').offsetTop === document.querySelector('.off').offsetTop && document.documentElement.scrollWidth <= innerWidth`); got != "true" {
			t.Errorf("in %s the ways on and back do not stand side by side at 320 px", tag)
		}
	}
	for _, size := range [][2]int64{{360, 740}, {1280, 900}} {
		do(t, ctx, chromedp.EmulateViewport(size[0], size[1]))
		var at []string
		for _, k := range []string{"csat", "nps", "emotion", "stars", "text", "long_text", "date", "consent", "feelings"} {
			h.show(t, ctx, speaking("en").view(speaking("en").field(k)))
			at = append(at, see(t, ctx, `(r => [r.left, r.top, r.width, r.height].map(Math.round).join())(document.querySelector('.on').getBoundingClientRect())`))
		}
		if slices.Compact(slices.Clone(at))[0] != at[0] || len(slices.Compact(slices.Clone(at))) != 1 {
			t.Errorf("at %d px the button stands at %v", size[0], at)
		}
	}
}

// WCAG 2.4.11: the bar with the way on hides nothing that has the focus.
func TestNothingHidesTheFocus(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	for _, size := range [][2]int64{{360, 740}, {1280, 720}, {640, 450}} {
		do(t, ctx, chromedp.EmulateViewport(size[0], size[1]))
		h.show(t, ctx, speaking("en").sheet())
		seen := map[string]bool{}
		for range 120 {
			do(t, ctx, chromedp.KeyEvent("\t"))
			at := see(t, ctx, `(() => {
				const e = document.activeElement, r = e.getBoundingClientRect(), go = document.querySelector('.go')
				if (e === document.body) return ''
				const over = go.contains(e) || getComputedStyle(go).position !== 'sticky' ? innerHeight : go.getBoundingClientRect().top
				return (e.id || e.textContent) + '|' + (r.top >= 0 && (r.bottom <= over + 1 || r.height > 200))
			})()`)
			id, ok, _ := strings.Cut(at, "|")
			if at == "" || seen[id] && id == "Send" {
				break
			}
			seen[id] = true
			if ok != "true" {
				t.Errorf("at %v the focus is hidden on %s", size, id)
			}
		}
		if !seen["Send"] || len(seen) < 50 {
			t.Errorf("at %v only %d things had the focus", size, len(seen))
		}
	}
}
