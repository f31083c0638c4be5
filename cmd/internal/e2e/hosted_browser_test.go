package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func dots() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))) // into memory
	return b.Bytes()
}

// uploaded stores a picture and gives its id.
func uploaded(p *program) string {
	p.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "dots.png")
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = part.Write(dots())
	_ = w.Close()
	return p.want(201, "POST", "/v1/files", body.String(), "Content-Type", w.FormDataContentType()).object(p.t)["id"].(string)
}

// everyType is a survey with all types that somebody is asked, and the keys
// that answer each, from its first input on.
func everyType(picture string) (keys string, answers []string, want string) {
	options := `"options":[{"id":"a","title":"Courier"},{"id":"b","title":"Parcel"},{"id":"c","title":"Time"}]`
	down, right := kb.ArrowDown, kb.ArrowRight
	list := []struct{ question, keys, answer string }{
		{`{"id":"sat","type":"csat","required":true}`, " " + strings.Repeat(down, 3), `4`},
		{`{"id":"effort","type":"ces","required":true}`, " " + strings.Repeat(right, 5), `6`},
		{`{"id":"likely","type":"nps","required":true}`, " " + strings.Repeat(right, 10), `10`},
		{`{"id":"feel","type":"emotion","required":true}`, " ", `-2`},
		{`{"id":"stars","type":"rating","required":true}`, " " + strings.Repeat(right, 2), `3`},
		{`{"id":"words","type":"emotion_words","max":3,"required":true}`, " \t ", `["delighted","excited"]`},
		{`{"id":"one","type":"choice","other":true,"required":true,` + options + `}`, " " + strings.Repeat(down, 3) + "\tTeal", `{"other":"Teal"}`},
		{`{"id":"some","type":"choices","required":true,` + options + `}`, " \t\t ", `["a","c"]`},
		{`{"id":"parts","type":"matrix","required":true,"rows":[{"id":"box","title":"Box"},{"id":"tape","title":"Tape"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]}`, " \t " + right, `{"box":"good","tape":"bad"}`},
		{`{"id":"order","type":"ranking","required":true,` + options + `}`, "2\t", `["b","a","c"]`},
		{`{"id":"name","type":"text","required":true}`, "Ana <b>&amp;</b>", `"Ana <b>&amp;</b>"`},
		{`{"id":"mail","type":"text","format":"email","required":true}`, "ana@example.org", `"ana@example.org"`},
		{`{"id":"why","type":"long_text","required":true}`, "Late,\rand wet", `"Late,\nand wet"`},
		{`{"id":"weight","type":"number","min":0,"max":40,"required":true}`, "2.5", `2.5`},
		{`{"id":"day","type":"date","required":true}`, "11202026", `"2026-11-20"`},
		{`{"id":"yes","type":"consent","text":"We keep it for a year.","version":"1","required":true}`, " ", `true`},
		{`{"id":"look","type":"picture","required":true,"options":[{"id":"x","title":"Left","image":"` + picture + `"},{"id":"y","title":"Right","image":"` + picture + `"}]}`, " " + down, `"y"`},
		{`{"id":"receipt","type":"file"}`, "", ``},
	}
	var questions, all []string
	for _, q := range list {
		questions = append(questions, strings.Replace(q.question, `"type"`, `"title":"Question {x}","type"`, 1))
		answers = append(answers, q.keys)
		if q.answer != "" {
			var m struct{ ID string }
			_ = json.Unmarshal([]byte(q.question), &m) // of the list above
			all = append(all, fmt.Sprintf("%q:%s", m.ID, q.answer))
		}
	}
	return `"title":"Everything","questions":[` + strings.Join(questions, ",") + `]`, answers, "{" + strings.Join(all, ",") + "}"
}

// TestEveryTypeIsAnsweredByKeysAlone answers a survey with every type in a real
// browser without a pointer, with scripts and without. Only the file is chosen
// by the test: the browser's own window for that cannot be driven.
func TestEveryTypeIsAnsweredByKeysAlone(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	keys, how, want := everyType(uploaded(p))
	_, s := p.published(keys)
	file := filepath.Join(t.TempDir(), "receipt.png")
	if err := os.WriteFile(file, dots(), 0o600); err != nil {
		t.Fatal(err)
	}
	for n, scripts := range []bool{true, false} {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.Navigate(p.base+p.link(s, `{}`)))
		sleep(2100) // a person needs that long
		for i, k := range how {
			id := see(t, ctx, `document.querySelector('[data-q]').dataset.q`)
			if k == "" {
				do(t, ctx, chromedp.SetUploadFiles(chromedp.CSS(`input[type=file]`), []string{file}))
			} else {
				tab(t, ctx, id, `document.activeElement.closest('[data-q]')`)
			}
			if id == "order" && !scripts {
				k = "2\t1\t3"
			}
			do(t, ctx, chromedp.KeyEvent(k))
			if id == "order" && scripts { // by the buttons: what stands first is moved down once
				for see(t, ctx, `document.activeElement.getAttribute('aria-label')`) != "Move Courier down" {
					do(t, ctx, chromedp.KeyEvent("\t"))
				}
				if got := see(t, ctx, `[...document.querySelectorAll('.places select')].map(s => s.name.slice(-1) + s.value).join(' ')`); got != "a2 b c" {
					t.Errorf("after one place was chosen the ranking is %s", got)
				}
				do(t, ctx, chromedp.KeyEvent("\r"))
			}
			tab(t, ctx, "the button", `document.activeElement.matches('.on')`)
			do(t, ctx, chromedp.KeyEvent("\r"))
			if i+1 == len(how) {
				eventually(t, "the survey thanks", func() bool {
					return soon(ctx, `document.querySelector('h1')?.textContent === 'Thank you'`)
				})
				break
			}
			eventually(t, "the step behind "+id+" is there: "+see(t, ctx, `document.querySelector('.wrong')?.textContent`), func() bool {
				return soon(ctx, `document.querySelector('[data-q]')?.dataset.q !== '`+id+`' && document.readyState === 'complete'`)
			})
		}
		list := p.stored(s)
		if len(list) != n+1 || list[0]["status"] != "counted" {
			t.Fatalf("scripts %v: stored %v", scripts, list)
		}
		got := list[0]["answers"].(map[string]any)
		receipt, _ := got["receipt"].(map[string]any)
		if id, _ := receipt["id"].(string); !strings.HasPrefix(id, "fil_") || receipt["type"] != "image/png" {
			t.Errorf("scripts %v: the file is %v", scripts, receipt)
		}
		delete(got, "receipt")
		var expected map[string]any
		if err := json.Unmarshal([]byte(want), &expected); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, expected) {
			t.Errorf("scripts %v: stored %v,\nwant %v", scripts, got, expected)
		}
	}
}

// tab presses Tab until what is looked for has the focus.
func tab(t *testing.T, ctx context.Context, what, has string) {
	t.Helper()
	for range 60 {
		if soon(ctx, "!!("+has+")") {
			return
		}
		do(t, ctx, chromedp.KeyEvent("\t"))
	}
	t.Fatalf("no Tab leads to %s", what)
}

// soon tells whether an expression is true of the open page; false while one
// page gives way to the next.
func soon(ctx context.Context, expression string) bool {
	v, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
	return err == nil && v
}
