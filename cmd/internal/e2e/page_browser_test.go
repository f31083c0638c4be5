package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts Chromium, or says that there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	return browserFor(t, 90*time.Second)
}

// browserFor is browser for a test that may take longer.
func browserFor(t *testing.T, most time.Duration) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("NOT RUN: there is no Chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), most)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// see evaluates an expression in the open page; while a page gives way to the
// next one it tries again.
func see(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; sleep(50) {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
		if err == nil {
			return v
		}
		if time.Now().After(end) {
			t.Fatalf("%.2000s: %v", expression, err)
		}
	}
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// watch notes what the open page asks for, and what it complains of.
func watch(t *testing.T, ctx context.Context) (requests, complaints *lockedText) {
	t.Helper()
	requests, complaints = &lockedText{}, &lockedText{}
	if err := chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			_, _ = requests.Write([]byte(e.Request.URL + "\n"))
		case *runtime.EventExceptionThrown:
			_, _ = complaints.Write([]byte(e.ExceptionDetails.Text + "\n"))
		case *runtime.EventConsoleAPICalled:
			_, _ = complaints.Write([]byte(e.Type + "\n"))
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return requests, complaints
}

// shows waits until the open page shows so many answers.
func shows(t *testing.T, ctx context.Context, want string) {
	t.Helper()
	eventually(t, "the open page counts "+want, func() bool { return see(t, ctx, `document.querySelector('[data-stage=delivery]').dataset.n`) == want })
}

const shown = `getComputedStyle(document.querySelector('.chart')).display + ' ' + getComputedStyle(document.querySelector('.flat')).display`

func TestOpenPageMovesWhileAnswersComeIn(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	s := share(t, p, "Attack 25: "+hostileText, hostileText)
	s.answer(5, 5)
	requests, complaints := watch(t, ctx)
	do(t, ctx, chromedp.Navigate(s.url))
	shows(t, ctx, "5")
	see(t, ctx, `(document.querySelector('summary').click(), document.querySelector('summary').focus(), scrollTo(0, 40),
		window.kept = [...document.querySelectorAll('.stage, .chart, table, nav a')], getSelection().selectAllChildren(document.querySelector('h1')))`)
	s.answer(2, 1)
	shows(t, ctx, "7")
	// Every element is the one it was; what was open, focused, selected and scrolled to still is.
	if got := see(t, ctx, `window.kept.every(e => e.isConnected) && document.querySelector('details').open && document.activeElement.tagName + ' ' + scrollY + ' ' + String(getSelection()).slice(0, 9)`); got != "SUMMARY 40 Attack 25" {
		t.Errorf("the page lost its place: %s", got)
	}
	eventually(t, "a screen reader hears of it", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.querySelector('#news').textContent`), "Delivery, ")
	})
	if got := see(t, ctx, `document.styleSheets[0].cssRules.length + ' ' + [...document.styleSheets[0].cssRules].at(-1).cssText`); !strings.Contains(got, "as of") {
		t.Errorf("the foot of a printed page says %s", got)
	}
	if see(t, ctx, `window.hit`) != "undefined" {
		t.Error("a text ran as a script")
	}

	// Paused it stands still, and goes on.
	do(t, ctx, chromedp.Click("#pause"))
	before := strings.Count(requests.String(), "/m/")
	s.answer(1, 5)
	time.Sleep(2500 * time.Millisecond)
	if after := strings.Count(requests.String(), "/m/"); after > before+1 || see(t, ctx, `document.querySelector('[data-stage=delivery]').dataset.n`) != "7" {
		t.Errorf("a paused page asks %d times", after-before)
	}
	do(t, ctx, chromedp.Click("#pause"))
	shows(t, ctx, "8")

	// In a hidden tab it asks for nothing, and catches up when it is seen.
	hide := func(hidden bool) {
		see(t, ctx, fmt.Sprintf(`(Object.defineProperty(document, 'hidden', {value: %v, configurable: true}), document.dispatchEvent(new Event('visibilitychange')))`, hidden))
	}
	hide(true)
	time.Sleep(300 * time.Millisecond) // what was asked for already
	before = strings.Count(requests.String(), "/m/")
	s.answer(1, 5)
	time.Sleep(2500 * time.Millisecond)
	if after := strings.Count(requests.String(), "/m/"); after != before {
		t.Errorf("a hidden page asks %d times", after-before)
	}
	hide(false)
	shows(t, ctx, "9")

	// An edited map is laid out anew.
	m := p.want(200, "GET", "/v1/maps/"+s.id, "")
	p.want(200, "PUT", "/v1/maps/"+s.id, `{"title": "New", "stages": [{"id": "order", "name": "A"}, {"id": "delivery", "name": "B"}, {"id": "use", "name": "C"}]}`, "If-Match", m.header.Get("ETag"))
	eventually(t, "the page shows the edited map", func() bool {
		return see(t, ctx, `document.title + document.querySelectorAll('.stage').length`) == "New3"
	})
	for r := range strings.Lines(requests.String()) {
		if !strings.HasPrefix(r, p.base) {
			t.Errorf("the page asks elsewhere: %s", r)
		}
	}
	if requests.String() == "" || complaints.String() != "" {
		t.Errorf("the browser asked %q and complains: %s", requests.String(), complaints.String())
	}
}

func TestOpenPageSaysThatItIsNotCurrentAndCatchesUp(t *testing.T) {
	ctx := browser(t)
	data := t.TempDir()
	p := start(t, data)
	s := share(t, p, "Shop", "Order")
	s.answer(5, 5)
	requests, _ := watch(t, ctx)
	do(t, ctx, chromedp.Navigate(s.url))
	shows(t, ctx, "5")
	p.stop()
	before := strings.Count(requests.String(), "/m/")
	eventually(t, "the page says that it is not current", func() bool {
		return strings.HasPrefix(see(t, ctx, `document.getElementById('late').textContent`), "Not current since ")
	})
	if n := strings.Count(requests.String(), "/m/") - before; n > 8 {
		t.Errorf("it asked a dead server %d times in some 10 s", n)
	}
	again := startWith(t, []string{"--data", data, "--addr", strings.TrimPrefix(p.base, "http://")}, nil)
	s.p = again
	s.answer(1, 5)
	shows(t, ctx, "6")
	eventually(t, "the page is current again", func() bool { return see(t, ctx, `document.getElementById('late').textContent`) == "" })
}

// answered gives a stage a survey with six answers.
func answered(t *testing.T, p *program, mapID, stage string) {
	t.Helper()
	survey := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map": %q, "stage": %q, "title": {"en": "x"}, "questions": %s}`, mapID, stage, questions)).object(t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+survey+"/publish", "")
	for i := range 6 {
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey": %q, "answers": {"sat": %d, "feel": %d}}`, survey, 5-i%3, 1-i%3))
	}
	eventually(t, "the answers are counted", func() bool {
		return strings.Contains(string(p.want(200, "GET", "/v1/maps/"+mapID+"/render.svg", "").body), `data-n="6"`)
	})
}

// broad is a map with names of three lengths, so that some wrap and some cannot.
func broad(stages int) string {
	var list []string
	for i := range stages {
		list = append(list, fmt.Sprintf(`{"id": "s%d", "name": %q, "goal": "Donaudampfschifffahrtsgesellschaftskapitän %d", "believed": {"satisfaction": 70, "emotion": 0.5}}`, i,
			[]string{"Pay", "Wait for the delivery", "Donaudampfschifffahrtsgesellschaft"}[i%3], i))
	}
	return `{"title": "Shop", "stages": [` + strings.Join(list, ",") + `]}`
}

func TestPageLaysStagesOutByWhatFits(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	for _, c := range []struct {
		stages int
		rows   map[int]int // by width of the screen; 0 for the stacked ones of a phone
	}{
		{1, map[int]int{360: 0, 768: 1, 1280: 1}},
		{6, map[int]int{360: 0, 390: 0, 768: 1, 1024: 1, 1280: 1, 1920: 1}},
		{12, map[int]int{390: 0, 768: 2, 1024: 2, 1280: 2, 1920: 1}},
		{37, map[int]int{360: 0, 768: 7, 1280: 4, 1920: 3}},
	} {
		id := p.want(201, "POST", "/v1/maps", broad(c.stages)).object(t)["id"].(string)
		answered(t, p, id, "s0")
		link := p.want(201, "POST", "/v1/maps/"+id+"/shares", `{}`).object(t)["url"].(string)
		for width, rows := range c.rows {
			do(t, ctx, chromedp.EmulateViewport(int64(width), 900), chromedp.Navigate(link))
			want := fmt.Sprintf("block none %d", rows)
			if rows == 0 {
				want = "none block 0"
			}
			got := see(t, ctx, shown+` + ' ' + new Set(Array.from(document.querySelectorAll('.chart'), e => e.getBoundingClientRect()).filter(r => r.height).map(r => r.top)).size`)
			if got != want {
				t.Errorf("%d stages at %d px are shown as %q, want %q", c.stages, width, got, want)
			}
			// Nothing scrolls sideways, leaves its box or runs into its neighbour.
			if got := see(t, ctx, overlaps); got != "" {
				t.Errorf("%d stages at %d px: %s", c.stages, width, got)
			}
		}
	}
}

// overlaps lists texts that leave the page, and texts that lie on one another.
const overlaps = `(() => {
	const out = [], boxes = []
	if (document.documentElement.scrollWidth > innerWidth) out.push('it scrolls sideways')
	for (const e of document.querySelectorAll('.map text, .map h2 bdi, .map h3, .map li bdi, .map .age p, .map .flat p, .map .name')) {
		const r = document.createRange()
		r.selectNodeContents(e)
		const b = r.getBoundingClientRect()
		const clipped = getComputedStyle(e).clipPath !== 'none'
		if (!b.width || !b.height || clipped) continue
		if (b.left < 0 || b.right > innerWidth) out.push('cut: ' + e.textContent)
		boxes.push([b, e.textContent])
	}
	for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
		const [a, s] = boxes[i], [b, u] = boxes[j]
		if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5) out.push(s + ' lies on ' + u)
	}
	return out.slice(0, 5).join('; ')
})()`

func TestTableNamesWhatItsFiguresAre(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	s := share(t, p, "Shop", "Order")
	s.answer(5, 4)
	head := `Array.from(document.querySelectorAll('.figures thead th'), e => e.textContent).join('|')`
	row := `Array.from(document.querySelectorAll('.figures tbody tr')[1].children, e => e.textContent).join('|')`
	do(t, ctx, chromedp.Navigate(s.url))
	shows(t, ctx, "5")
	if got := see(t, ctx, head); got != "Stage|satisfied|emotion|Newest answer|Value|95 % interval|n|Change|Value|95 % interval|n|Change" {
		t.Errorf("with one metric the head says %s", got)
	}
	if got := see(t, ctx, row); !strings.HasPrefix(got, "Delivery|100 %|57 … 100 %|5||+1.0|+1.0 … +1.0|5||") {
		t.Errorf("the row says %s", got)
	}
	// A second stage with another metric: every row names its own.
	nps := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map": %q, "stage": "order", "title": {"en": "x"}, "questions": [{"id": "rec", "type": "nps", "title": {"en": "?"}}]}`, s.id)).object(t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+nps+"/publish", "")
	for range 5 {
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey": %q, "answers": {"rec": 9}}`, nps))
	}
	eventually(t, "the table names each row's metric", func() bool {
		return strings.HasPrefix(see(t, ctx, head), "Stage|Satisfaction|emotion|Newest answer|Measure|Value|") && strings.HasPrefix(see(t, ctx, row), "Delivery|satisfied|100 %|") &&
			see(t, ctx, `document.querySelectorAll('.figures tbody td')[0].textContent`) == "recommend, −100…100"
	})
	if got := see(t, ctx, `(w => w.every(n => n === w[0]) && w.length)([...document.querySelectorAll('.figures tr')].filter(r => r.querySelector('td')).map(r => r.children.length))`); got == "false" {
		t.Error("the rows of the table have different numbers of cells")
	}
}

func TestPageWorksWithoutScriptsInTheDarkAndOnPaper(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	var doc strings.Builder
	for i := range 12 {
		fmt.Fprintf(&doc, `{"id": "s%d", "name": "Stage%dname", "goal": "Goal%dtext", "pains": [{"id": "a", "text": "Pain%dtext %s"}]},`, i, i, i, i, strings.Repeat("word ", 40))
	}
	id := p.want(201, "POST", "/v1/maps", `{"title": "Shop", "stages": [`+doc.String()+`{"id": "delivery", "name": "Delivery"}]}`).object(t)["id"].(string)
	survey := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map": %q, "stage": "delivery", "title": {"en": "x"}, "questions": %s}`, id, questions)).object(t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+survey+"/publish", "")
	s := &shared{p: p, id: id, survey: survey, url: p.want(201, "POST", "/v1/maps/"+id+"/shares", `{}`).object(t)["url"].(string)}
	s.answer(5, 4)
	eventually(t, "the page counts the answers", func() bool { _, b := open(t, s.url); return strings.Contains(b, `data-n="5"`) })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(s.url))
	if text := see(t, ctx, `document.querySelector('[data-stage=delivery]').textContent`); !strings.Contains(text, "n 5") {
		t.Errorf("without scripts the stage says %q", text)
	}
	if ground := see(t, ctx, `getComputedStyle(document.body).backgroundColor + document.getElementById('pause').hidden`); ground != "rgb(15, 20, 25)true" {
		t.Errorf("in the dark without scripts: %s", ground)
	}
	for _, theme := range []string{"", "?theme=dark"} { // paper is white whatever was asked for
		do(t, ctx, chromedp.Navigate(s.url+theme))
		pages := onPaper(t, ctx)
		all := strings.Join(pages, "\n")
		for i := range 12 {
			for _, want := range []string{"Stage%dname", "Goal%dtext", "Pain%dtext"} {
				if want = fmt.Sprintf(want, i); !strings.Contains(all, want) {
					t.Errorf("%s: the printed page lacks %q", theme, want)
				}
			}
		}
		for i, page := range pages {
			if !strings.Contains(page, "Waymark · last 90 days · as of ") {
				t.Errorf("%s: the foot of page %d does not say when it was true:\n%s", theme, i+1, page)
			}
		}
		if len(pages) > 4 {
			t.Errorf("13 stages take %d pages", len(pages))
		}
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if colours := see(t, ctx, `getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color`); colours != "rgb(255, 255, 255)rgb(0, 0, 0)" {
		t.Errorf("on paper the dark page has %s", colours)
	}
	do(t, ctx, chromedp.EmulateViewport(1047, 700)) // A4 on its side, less the margins
	if got := see(t, ctx, `[...document.querySelectorAll('.paper')].every(e => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth && r.height }) && document.querySelectorAll('.paper').length`); got != "2" {
		t.Errorf("on paper the drawing is cut at the sides: %s", got)
	}
}

func TestAPageIsPrintedOnTheSheetThatWasAskedFor(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	m, _ := p.survey()
	for page, want := range map[string][2]float64{"a4": {841.9, 595.3}, "a3": {1190.6, 841.9}, "letter": {792, 612}} { // points, on its side
		file := filepath.Join(t.TempDir(), page+".html")
		if err := os.WriteFile(file, p.want(200, "GET", "/v1/maps/"+m+"/render.html?page="+page, "").body, 0o600); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.Navigate("file://"+file))
		paper, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
		if err != nil {
			t.Fatal(err)
		}
		var wide, high float64
		_, box, _ := bytes.Cut(paper, []byte("/MediaBox [0 0 "))
		if _, err := fmt.Sscan(strings.NewReplacer("]", " ").Replace(string(box[:min(len(box), 40)])), &wide, &high); err != nil {
			t.Fatalf("%s: the PDF tells no size: %v", page, err)
		}
		if math.Abs(wide-want[0]) > 2 || math.Abs(high-want[1]) > 2 {
			t.Errorf("%s is printed on %.1f × %.1f points, want %v", page, wide, high, want)
		}
	}
}

// onPaper prints the open page and gives the text of each sheet.
func onPaper(t *testing.T, ctx context.Context) []string {
	t.Helper()
	paper, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFLandscape(), chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "map.pdf")
	if err := os.WriteFile(file, paper, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", file, "-").Output()
	if err != nil {
		t.Skip("NOT RUN: reading the printed page needs pdftotext")
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}
