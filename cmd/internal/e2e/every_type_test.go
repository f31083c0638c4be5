package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"golang.org/x/net/html"

	"waymark/surveys/question"
)

// put is what is typed at a field that was reached by Tab.
type put struct{ field, keys string }

// everything is a question of every type, how the page's form answers it, how
// the keyboard does, and what is stored then. IMAGE is a picture that was uploaded.
var everything = []struct {
	id, question string
	fields       []string // pairs of names and values
	keys         []put
	want         string
}{
	{"sat", `"type":"csat"`, []string{"sat", "3"}, []put{{"sat", " " + kb.ArrowDown + kb.ArrowDown}}, `3`},
	{"effort", `"type":"ces"`, []string{"effort", "7"}, []put{{"effort", " " + strings.Repeat(kb.ArrowRight, 6)}}, `7`},
	{"rec", `"type":"nps"`, []string{"rec", "0"}, []put{{"rec", " "}}, `0`},
	{"feel", `"type":"emotion"`, []string{"feel", "-1"}, []put{{"feel", " " + kb.ArrowRight}}, `-1`},
	{"stars", `"type":"rating","shape":"stars"`, []string{"stars", "5"}, []put{{"stars", " " + strings.Repeat(kb.ArrowRight, 4)}}, `5`},
	{"words", `"type":"emotion_words","max":2,"words":[{"id":"calm"},{"id":"wow","title":{"en":"Wow","ar":"رائع"},"valence":1.5,"arousal":2},{"id":"rushed"}]`,
		[]string{"words", "calm", "words", "wow"}, []put{{"words", " "}, {"words", " "}}, `["calm","wow"]`},
	{"colour", `"type":"choice","other":true,"options":[{"id":"red","title":"Red"},{"id":"blue","title":"Blue"}]`,
		[]string{"colour", "other", "colour.other", "Teal & <b>\"green\"</b>"}, []put{{"colour", " " + kb.ArrowDown + kb.ArrowDown}, {"colour.other", "Teal & <b>\"green\"</b>"}}, `{"other":"Teal & <b>\"green\"</b>"}`},
	{"why", `"type":"choices","other":true,"options":[{"id":"price","title":"Price"},{"id":"speed","title":"Speed"},{"id":"none","title":"None","exclusive":true}]`,
		[]string{"why", "price", "why", "other", "why.other", "=1+1"}, []put{{"why", " "}, {"why", kb.Tab + " "}, {"why.other", "=1+1"}}, `["price",{"other":"=1+1"}]`},
	{"parts", `"type":"matrix","rows":[{"id":"box","title":"Box"},{"id":"time","title":"Time"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]`,
		[]string{"parts.box", "good", "parts.time", "bad"}, []put{{"parts.box", " "}, {"parts.time", " " + kb.ArrowRight}}, `{"box":"good","time":"bad"}`},
	{"marks", `"type":"matrix","multiple":true,"rows":[{"id":"box","title":"Box"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]`,
		[]string{"marks.box", "good", "marks.box", "bad"}, []put{{"marks.box", " "}, {"marks.box", " "}}, `{"box":["good","bad"]}`},
	{"order", `"type":"ranking","options":[{"id":"a","title":"First"},{"id":"b","title":"Second"},{"id":"c","title":"Third"}]`,
		[]string{"order.a", "2", "order.b", "3", "order.c", "1"}, []put{{"order.c", "1"}, {"order.a", "2"}}, `["c","a","b"]`},
	{"short", `"type":"text","format":"email"`, []string{"short", " ana@example.org "}, []put{{"short", "ana@example.org"}}, `"ana@example.org"`},
	{"long", `"type":"long_text"`, []string{"long", "two\r\nlines"}, []put{{"long", "two\rlines"}}, `"two\nlines"`},
	{"n", `"type":"number","min":0,"step":0.1,"unit":"km"`, []string{"n", "0.3"}, []put{{"n", "0.3"}}, `0.3`},
	{"day", `"type":"date"`, []string{"day", "2026-11-20"}, []put{{"day", "11202026"}}, `"2026-11-20"`},
	{"ok", `"type":"consent","text":{"en":"I agree that you keep this.","ar":"أوافق على حفظ هذا."},"version":"2026-11"`, []string{"ok", "true"}, []put{{"ok", " "}}, `true`},
	{"look", `"type":"picture","options":[{"id":"one","title":"One","image":IMAGE},{"id":"two","title":"Two","image":IMAGE}]`,
		[]string{"look", "two"}, []put{{"look", " " + kb.ArrowDown}}, `"two"`},
	{"looks", `"type":"picture","multiple":true,"options":[{"id":"one","title":"One","image":IMAGE},{"id":"two","title":"Two","image":IMAGE}]`,
		[]string{"looks", "one", "looks", "two"}, []put{{"looks", " "}, {"looks", " "}}, `["one","two"]`},
	{"doc", `"type":"file"`, nil, []put{{"doc", kb.Enter}}, `{"name":"parcel.jpg","type":"image/jpeg"}`},
	{"src", `"type":"hidden"`, nil, nil, `"mail"`},
}

// everySurvey publishes a survey of everything; every question must be answered.
func (p *program) everySurvey(layout string) string {
	p.t.Helper()
	image := p.upload("parcel.png", drawing(p.t)).object(p.t)["id"].(string)
	var list, names []string
	for i, q := range everything {
		list = append(list, strings.ReplaceAll(fmt.Sprintf(`{"id":%q,"title":{"en":"Question %d","ar":"السؤال %d"},"help":{"en":"Think of the last parcel.","ar":"فكر في آخر طرد."},"required":%v,%s}`, q.id, i, i, q.id != "src", q.question), "IMAGE", toJSON(p.t, image)))
		var kind struct{ Type string }
		if err := json.Unmarshal([]byte("{"+strings.ReplaceAll(q.question, "IMAGE", `""`)+"}"), &kind); err != nil {
			p.t.Fatal(err)
		}
		names = append(names, kind.Type)
	}
	for _, name := range question.Names() {
		if !slices.Contains(names, name) {
			p.t.Fatalf("the survey of everything asks no %s", name)
		}
	}
	_, s := p.published(fmt.Sprintf(`"title":{"en":"Your delivery","ar":"توصيل طلبك"},"layout":%q,"questions":[%s]`, layout, strings.Join(list, ",")))
	return s
}

// everyAnswer holds the one response of a survey of everything against what was chosen.
func (p *program) everyAnswer(survey string) {
	p.t.Helper()
	r := p.stored(survey)
	if len(r) != 1 || r[0]["status"] != "counted" {
		p.t.Fatalf("stored: %v", r)
	}
	answers := r[0]["answers"].(map[string]any)
	for _, q := range everything {
		var want any
		if err := json.Unmarshal([]byte(q.want), &want); err != nil {
			p.t.Fatal(err)
		}
		got := answers[q.id]
		if q.id == "doc" {
			f, _ := got.(map[string]any)
			id, _ := f["id"].(string)
			kept := p.want(200, "GET", "/v1/files/"+id, "")
			if f["bytes"] != float64(len(kept.body)) || strings.Contains(string(kept.body), somewhere) || kept.header.Get("Content-Type") != "image/jpeg" {
				p.t.Errorf("the file %v is kept as %s of %d bytes", f, kept.header.Get("Content-Type"), len(kept.body))
			}
			delete(f, "id")
			delete(f, "bytes")
		}
		if !reflect.DeepEqual(got, want) {
			p.t.Errorf("%s: stored %v, and %v was chosen", q.id, got, want)
		}
		delete(answers, q.id)
	}
	if len(answers) > 0 {
		p.t.Errorf("besides there is stored %v", answers)
	}
}

// everyPair gives the fields of a question as a form carries them, and its file.
func everyPair(t *testing.T, id string) (pairs []string, files []file) {
	t.Helper()
	i := slices.IndexFunc(everything, func(q struct {
		id, question string
		fields       []string
		keys         []put
		want         string
	}) bool {
		return q.id == id
	})
	if i < 0 {
		t.Fatalf("nobody asked %s", id)
	}
	if id == "doc" {
		files = []file{{"doc", "parcel.jpg", "image/jpeg", photograph(t)}}
	}
	return everything[i].fields, files
}

func TestEveryTypeIsAnsweredWithoutScripts(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		for _, layout := range []string{"steps", "page"} {
			s := p.everySurvey(layout)
			v := p.visit(p.link(s, `{}`) + "?src=mail").must(200).patience()
			steps := 0
			for ; len(v.fields()) > 0; steps++ {
				if steps > len(everything) {
					t.Fatalf("%s: there is no end: %s", layout, v.text())
				}
				var pairs []string
				var files []file
				asked := v.asked()
				if layout == "steps" { // each is required, and says so
					v.send().must(422)
					if !slices.Equal(v.asked(), asked) || !slices.Equal(v.wrong(), asked) {
						t.Errorf("an empty step with %v asks %v and finds %v wrong", asked, v.asked(), v.wrong())
					}
				}
				for _, id := range asked {
					more, fs := everyPair(t, id)
					pairs, files = append(pairs, more...), append(files, fs...)
				}
				if v.handIn(false, files, pairs...); v.status != 200 {
					t.Fatalf("%s: %v: status %d: %s", layout, asked, v.status, v.text())
				}
			}
			if want := map[string]int{"steps": len(everything) - 1, "page": 1}[layout]; steps != want {
				t.Errorf("%s: there are %d pages, want %d", layout, steps, want)
			}
			p.everyAnswer(s)
		}
	})
}

// keyboard presses Tab until an expression is true in the open page.
func keyboard(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	for range 150 {
		if see(t, ctx, expression) == "true" {
			return
		}
		do(t, ctx, chromedp.KeyEvent(kb.Tab))
	}
	t.Fatalf("no Tab leads to %s; the focus is on %s", what, see(t, ctx, `document.activeElement.outerHTML.slice(0, 200)`))
}

// Keys alone finish a survey of every type, a file and pictures too.
func TestEveryTypeIsAnsweredByKeyboardAlone(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	photo := filepath.Join(t.TempDir(), "parcel.jpg")
	if err := os.WriteFile(photo, photograph(t), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate("about:blank"))
	// The window in which a file is chosen is the system's: it is answered for.
	choosers := make(chan *page.EventFileChooserOpened, 1)
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*page.EventFileChooserOpened); ok {
			choosers <- e
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	for _, layout := range []string{"steps", "page"} {
		s := p.everySurvey(layout)
		began := time.Now()
		do(t, ctx, chromedp.Navigate(p.base+p.link(s, `{}`)+"?src=mail"))
		for i, q := range everything {
			if q.keys == nil {
				continue
			}
			if layout == "steps" {
				eventually(t, q.id+" is asked", func() bool { return see(t, ctx, `document.querySelector('[data-q]')?.dataset.q`) == q.id })
			}
			last := ""
			for _, k := range q.keys {
				if k.field == last { // the next input of the same name
					do(t, ctx, chromedp.KeyEvent(kb.Tab))
				}
				last = k.field
				keyboard(t, ctx, k.field, fmt.Sprintf(`document.activeElement.name === %q`, k.field))
				do(t, ctx, chromedp.KeyEvent(k.keys))
				if q.id != "doc" {
					continue
				}
				select {
				case e := <-choosers:
					if _, err := chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{photo}, BackendNodeID: e.BackendNodeID}); err != nil {
						t.Fatal(err)
					}
				case <-time.After(15 * time.Second):
					t.Fatal("the key opens no window to choose a file in")
				}
			}
			if layout == "steps" || i == len(everything)-2 {
				if rest := 2100*time.Millisecond - time.Since(began); i == len(everything)-2 && rest > 0 {
					time.Sleep(rest) // what a person needs at least
				}
				keyboard(t, ctx, "the button", `document.activeElement.className === 'on'`)
				do(t, ctx, chromedp.KeyEvent(kb.Enter))
			}
		}
		eventually(t, "the end is reached", func() bool { return see(t, ctx, `document.querySelectorAll('form').length`) == "0" })
		if got := see(t, ctx, `document.querySelector('h1').textContent`); got != "Thank you" {
			t.Errorf("%s: the end says %s", layout, got)
		}
		p.everyAnswer(s)
	}
}

// asked lists the questions that the page asks.
func (v *visitor) asked() (ids []string) {
	each(v.page, func(n *html.Node) {
		if has(n, "data-q") && !has(n, "hidden") {
			ids = append(ids, attr(n, "data-q"))
		}
	})
	return ids
}

// wrong lists the questions that the page finds something wrong with.
func (v *visitor) wrong() (ids []string) {
	each(v.page, func(n *html.Node) {
		invalid := false
		if has(n, "data-q") {
			each(n, func(e *html.Node) { invalid = invalid || attr(e, "aria-invalid") == "true" })
		}
		if invalid {
			ids = append(ids, attr(n, "data-q"))
		}
	})
	return ids
}

// ticketOf gives the ticket of the open page.
func (v *visitor) ticketOf() string { _, f := v.form(); return f.Get("wm-ticket") }
