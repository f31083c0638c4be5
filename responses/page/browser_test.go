package page

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browser starts Chromium, or says that there is none.
func browser(t *testing.T) context.Context {
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
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as the context of its first step
		t.Fatal(err)
	}
	return ctx
}

// see evaluates an expression in the open page; while a page gives way to the
// next one it tries again.
func see(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
		if err == nil {
			return v
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %v", expression, err)
		}
	}
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// click presses what a selector finds as a person does: at the place where it
// stands, whatever lies over it.
func click(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	at := see(t, ctx, `(e => { if (!e) return ''; e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect(); return r.width ? (r.left + r.width / 2) + ' ' + (r.top + r.height / 2) : '' })(document.querySelector(`+strconv.Quote(selector)+`))`)
	var x, y float64
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		t.Fatalf("there is no %s to press", selector)
	}
	do(t, ctx, chromedp.MouseClickXY(x, y))
}

// write types into what a selector finds.
func write(t *testing.T, ctx context.Context, selector, text string) {
	t.Helper()
	click(t, ctx, selector)
	do(t, ctx, chromedp.KeyEvent(text))
}

// eventually waits until what is expected of a page is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("not within 15 s: %s", what)
}

// media sets what a reader's system asks for.
func media(t *testing.T, ctx context.Context, features ...string) {
	t.Helper()
	p := emulation.SetEmulatedMediaParams{}
	for _, f := range features {
		name, value, _ := strings.Cut(f, ":")
		p.Features = append(p.Features, &emulation.MediaFeature{Name: name, Value: value})
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, p); err != nil {
		t.Fatal(err)
	}
}

// drawn is what a server of pages shows; a View and an End are.
type drawn interface {
	HTML() (body []byte, sources string, err error)
}

// host serves one page at a time, as the flow does, and notes what is sent to it.
type host struct {
	*httptest.Server
	mu     sync.Mutex
	page   drawn
	status int
	sent   []url.Values
	// answer takes what was sent; nil shows the page.
	answer func(w http.ResponseWriter, f url.Values)
	down   bool
	gets   int
}

func serve(t *testing.T) *host {
	h := &host{status: 200}
	h.Server = httptest.NewServer(http.HandlerFunc(h.handle))
	t.Cleanup(h.Close)
	return h
}

func (h *host) handle(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.URL.Path == "/s/assets/page.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(Script)
		return
	case strings.Contains(r.URL.Path, "/files/"):
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture())
		return
	case !strings.HasPrefix(r.URL.Path, "/s/"):
		http.NotFound(w, r)
		return
	}
	if h.down {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = c.Close()
		}
		return
	}
	if r.Method == http.MethodPost {
		_ = r.ParseMultipartForm(1 << 20)
		h.sent = append(h.sent, r.PostForm)
		if h.answer != nil {
			h.answer(w, r.PostForm)
			return
		}
	} else {
		h.gets++
	}
	h.write(w, h.page, h.status)
}

func (h *host) write(w http.ResponseWriter, page drawn, status int) {
	body, sources, err := page.HTML()
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+sources+"; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (h *host) set(f func(h *host)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(h)
}

// last gives what was sent last; nil before anything was.
func (h *host) last() url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.sent) == 0 {
		return nil
	}
	return h.sent[len(h.sent)-1]
}

func (h *host) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sent)
}

// show opens a page.
func (h *host) show(t *testing.T, ctx context.Context, page drawn) {
	t.Helper()
	h.set(func(h *host) { h.page = page })
	do(t, ctx, chromedp.Navigate(h.URL+"/s/t"))
}

func picture() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			m.Set(x, y, color.RGBA{uint8(x / 2), uint8(100 + y/2), 180, 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

var endKinds = []EndKind{EndThanks, EndScreened, EndClosed, EndUsed, EndFull, EndGone, EndBusy, EndDown, EndSoon}
