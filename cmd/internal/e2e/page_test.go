package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// shared is a map with a survey and a link to its page.
type shared struct {
	p                        *program
	id, survey, url, shareID string
}

func share(t *testing.T, p *program, title, stage string) *shared {
	t.Helper()
	doc, err := json.Marshal(map[string]any{"title": title, "stages": []any{
		map[string]any{"id": "order", "name": stage, "touchpoints": []any{map[string]any{"id": "web", "name": stage, "channel": "web"}}},
		map[string]any{"id": "delivery", "name": "Delivery", "goal": stage}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &shared{p: p, id: p.want(201, "POST", "/v1/maps", string(doc)).object(t)["id"].(string)}
	s.survey = p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map": %q, "stage": "delivery", "title": {"en": "x"}, "questions": %s}`, s.id, questions)).object(t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+s.survey+"/publish", "")
	sh := p.want(201, "POST", "/v1/maps/"+s.id+"/shares", `{"label": "test"}`).object(t)
	s.url, s.shareID = sh["url"].(string), sh["id"].(string)
	return s
}

func (s *shared) answer(n int, sat int) {
	s.p.t.Helper()
	for range n {
		s.p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey": %q, "answers": {"sat": %d, "feel": 1}, "respondent": "secret-person"}`, s.survey, sat))
	}
}

// eventually waits for what happens in the background.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// open reads a page as anybody.
func open(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

const hostileText = `<script>window.hit=1</script>"'><img src=x onerror="window.hit=1">]]>&lt;`

func TestSharedPageTellsTheMapAndNobodysName(t *testing.T) {
	p := start(t, t.TempDir())
	s := share(t, p, "Attack 25: "+hostileText, hostileText)
	s.answer(6, 5)
	eventually(t, "the page counts the answers", func() bool {
		_, b := open(t, s.url)
		return strings.Contains(b, `data-stage="delivery" data-state="indicative" data-n="6"`)
	})
	res, body := open(t, s.url)
	if strings.Contains(body, "secret-person") || strings.Contains(body, "<img") || strings.Count(body, "<script") != 1 {
		t.Error("the page holds what it must not")
	}
	csp := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	if res, _ := open(t, s.url+"?embed=1&utm_source=x"); !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors *") || res.StatusCode != 200 {
		t.Error("the page cannot be embedded")
	}
	if _, ru := open(t, s.url+"?lang=ru&window=P7D"); !strings.Contains(ru, `<html lang="ru"`) || !strings.Contains(ru, "последние 7 дней") {
		t.Error("the page is not in Russian")
	}
	for _, kind := range []string{"svg", "html", "json"} {
		if a := p.want(200, "GET", "/v1/maps/"+s.id+"/render."+kind, ""); len(a.body) < 500 || kind != "json" && bytes.Contains(a.body, []byte("<img")) {
			t.Errorf("render.%s answers %.300s", kind, a.body)
		}
	}
	for _, q := range []string{"theme=pink", "page=a5", "width=5000", "width=x", "lang=xx", "window=P0D"} {
		p.want(422, "GET", "/v1/maps/"+s.id+"/render.svg?"+q, "")
	}
	for _, q := range []string{"theme=", "theme=dark&theme=dark"} {
		p.want(400, "GET", "/v1/maps/"+s.id+"/render.svg?"+q, "")
	}
}

// ask sends a request and gives its answer, with the body read.
func ask(t *testing.T, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestSharedPageRefusesWhatItDoesNotOffer(t *testing.T) {
	p := start(t, t.TempDir())
	s := share(t, p, "Shop", "Order")
	for q, want := range map[string]string{
		"window=P3D": "window must be one of P7D, P28D, P90D, P365D.", "window=": "window must be", "window=P7D&window=P7D": "window stands there twice",
		"theme=pink": "theme must be", "theme=": "theme must be", "lang=xx": "lang must be", "lang=en&lang=ru": "lang stands there twice",
		"width=x": "width must be", "width=5000": "width must be", "width=0": "width must be", "embed=yes": "embed must be", "embed=1&embed=1": "embed stands there twice",
		"window=P3D&embed=1&lang=ru": "window must be",
	} {
		res, body := open(t, s.url+"?"+q)
		again := `href="` + strings.TrimPrefix(s.url, p.base)
		if res.StatusCode != 422 || !strings.Contains(body, want) || !strings.Contains(body, again) || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("?%s answers %d, without %q or a way back:\n%s", q, res.StatusCode, want, body)
		}
		if strings.Contains(q, "lang=ru") && !strings.Contains(q, "lang=en") && !strings.Contains(body, "Показать карту") {
			t.Errorf("?%s is not answered in Russian:\n%s", q, body)
		}
	}
	for _, q := range []string{"window=P7D", "theme=dark&lang=zh&width=500&embed=1", "utm_source=a&utm_source=b&fbclid=x"} {
		if res, _ := open(t, s.url+"?"+q); res.StatusCode != 200 {
			t.Errorf("?%s answers %d", q, res.StatusCode)
		}
	}
	if res, _ := open(t, p.base+"/m/AAAAAAAAAAAAAAAAAAAAAAAAAAA?window=P3D"); res.StatusCode != 404 {
		t.Errorf("an unknown link with a strange window answers %d", res.StatusCode)
	}
}

func TestSharedPageTellsBrowsersToBeStrict(t *testing.T) {
	p := start(t, t.TempDir())
	s := share(t, p, "Shop", "Order")
	for _, c := range []struct{ url, frames string }{
		{s.url, "'none'"}, {s.url + "?embed=1", "*"}, {s.url + "?window=P3D", "'none'"}, {s.url + "?window=P3D&embed=1", "*"},
		{p.base + "/m/AAAAAAAAAAAAAAAAAAAAAAAAAAA", "'none'"},
	} {
		res, body := ask(t, "GET", c.url)
		csp := map[string]string{}
		for d := range strings.SplitSeq(res.Header.Get("Content-Security-Policy"), ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(d), " ")
			csp[name] = value
		}
		for name, want := range map[string]string{"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": c.frames} {
			if csp[name] != want {
				t.Errorf("%s: %s is %q, want %q", c.url, name, csp[name], want)
			}
		}
		if !strings.HasPrefix(csp["style-src"], "'sha256-") || csp["script-src"] != "" && csp["script-src"] != "'self'" {
			t.Errorf("%s: policy %v", c.url, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow", "Vary": "Accept-Language"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.url, name, got, want)
			}
		}
		if cache := res.Header.Get("Cache-Control"); cache != "private, no-cache" && (cache != "no-store" || res.StatusCode == 200) {
			t.Errorf("%s: Cache-Control %q", c.url, cache)
		}
		head, none := ask(t, "HEAD", c.url)
		if none != "" || head.StatusCode != res.StatusCode || head.ContentLength != int64(len(body)) {
			t.Errorf("%s: HEAD answers %d, %d bytes and %q; GET %d, %d bytes", c.url, head.StatusCode, head.ContentLength, none, res.StatusCode, len(body))
		}
		for name := range res.Header {
			if a, b := res.Header.Get(name), head.Header.Get(name); a != b && name != "X-Request-Id" && name != "Date" && name != "Etag" {
				t.Errorf("%s: HEAD says %s %q, GET %q", c.url, name, b, a)
			}
		}
	}
	res, _ := ask(t, "GET", s.url+"?window=P7D&lang=en")
	for range 3 { // the minute may turn between two requests
		tag := res.Header.Get("ETag")
		if res, _ = ask(t, "GET", s.url+"?window=P7D&lang=en", "If-None-Match", tag); res.StatusCode == 304 {
			return
		}
	}
	t.Errorf("an unchanged page answers %d, not 304", res.StatusCode)
}

func TestUnknownRevokedAndDeletedLinksLookTheSame(t *testing.T) { // attacks 1 and 2
	p := start(t, t.TempDir())
	a := share(t, p, "a", "x")
	p.want(204, "DELETE", "/v1/maps/"+a.id+"/shares/"+a.shareID, "")
	_, unknown := open(t, p.base+"/m/AAAAAAAAAAAAAAAAAAAAAAAAAAA")
	res, revoked := open(t, a.url)
	if res.StatusCode != 404 || unknown != revoked || !strings.Contains(unknown, "This link leads nowhere") {
		t.Errorf("a revoked link answers %d and\n%s\nan unknown one\n%s", res.StatusCode, revoked, unknown)
	}
	b := share(t, p, "b", "x")
	p.want(204, "DELETE", "/v1/surveys/"+b.survey, "")
	p.want(204, "DELETE", "/v1/maps/"+b.id, "")
	if res, deleted := open(t, b.url); res.StatusCode != 404 || deleted != unknown {
		t.Errorf("the link of a deleted map answers %d and\n%s", res.StatusCode, deleted)
	}
	for i := range 80 {
		res, _ = open(t, fmt.Sprintf("%s/m/guess%d", p.base, i))
	}
	if res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Errorf("80 guesses answer %d", res.StatusCode)
	}
	p.want(200, "GET", "/v1/maps", "") // wrong links lock no keys out
	c := share(t, p, "c", "x")
	if res, _ = open(t, c.url); res.StatusCode != 200 {
		t.Errorf("after others' guesses a right link answers %d", res.StatusCode)
	}
}

// lockedText is written by a process and read by the test.
type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestDemoShowsAMapAndItsCurlWorks(t *testing.T) {
	cmd := exec.Command(bin, "demo", "--addr", "127.0.0.1:0", "--rate", "0")
	var out lockedText
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	eventually(t, "the demo says how to end it", func() bool { return strings.Contains(out.String(), "Ctrl-C") })
	var url, answer string
	for line := range strings.SplitSeq(out.String(), "\n") {
		switch {
		case strings.HasPrefix(line, "http") && strings.Contains(line, "/m/"):
			url = line
		case strings.Contains(line, "/v1/responses"):
			answer = line
		}
	}
	_, before := open(t, url)
	for _, want := range []string{`data-stage="returns" data-state="hidden" data-n=""`, "new wording since"} {
		if !strings.Contains(before, want) {
			t.Errorf("the demo's map lacks %s", want)
		}
	}
	n := func(page string) (n int) {
		_, rest, _ := strings.Cut(page, `data-stage="delivery" data-state="ok" data-n="`)
		_, _ = fmt.Sscan(rest, &n)
		return n
	}
	// The page begins at a whole hour, the answers 90 days before now.
	if n(before) < 4100 || n(before) > 4200 {
		t.Errorf("the delivery stage has %d answers", n(before))
	}
	if b, err := exec.Command("sh", "-c", answer).CombinedOutput(); err != nil || !bytes.Contains(b, []byte(`"status":"counted"`)) {
		t.Fatalf("the printed curl: %v %s", err, b)
	}
	eventually(t, "the page counts the answers", func() bool {
		_, b := open(t, url)
		return n(b) == n(before)+1
	})
	_ = cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the demo ends with %v", err)
	}
}
