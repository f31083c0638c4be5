package e2e

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// visitor answers a survey as a browser without scripts does: it reads the
// form that it got, fills it in and sends it.
type visitor struct {
	t      *testing.T
	p      *program
	client *http.Client
	agent  http.Header // sent with every request

	at     string // address of the page
	status int
	header http.Header
	body   string
	page   *html.Node
}

// visit opens an address of the program without a key.
func (p *program) visit(address string, headers ...string) *visitor {
	p.t.Helper()
	v := &visitor{t: p.t, p: p, agent: http.Header{}, client: &http.Client{Timeout: p.http.Timeout, Transport: p.http.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	for i := 0; i+1 < len(headers); i += 2 {
		v.agent.Set(headers[i], headers[i+1])
	}
	v.get(address)
	return v
}

func (v *visitor) absolute(address string) string {
	if strings.HasPrefix(address, "/") {
		return v.p.base + address
	}
	return address
}

func (v *visitor) get(address string) *visitor {
	v.t.Helper()
	v.at = v.absolute(address)
	req, err := http.NewRequest(http.MethodGet, v.at, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.do(req)
}

func (v *visitor) do(req *http.Request) *visitor {
	v.t.Helper()
	for name, values := range v.agent {
		req.Header[name] = values
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.status, v.header, v.body = res.StatusCode, res.Header, string(b)
	v.page = nil
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if v.page, err = html.Parse(bytes.NewReader(b)); err != nil {
			v.t.Fatal(err)
		}
	}
	return v
}

// must fails the test where the page has another status.
func (v *visitor) must(status int) *visitor {
	v.t.Helper()
	if v.status != status {
		v.t.Fatalf("%s: status %d, want %d: %.600s", v.at, v.status, status, v.text())
	}
	return v
}

// each walks the elements of a tree.
func each(n *html.Node, fn func(n *html.Node)) {
	if n == nil {
		return
	}
	if n.Type == html.ElementNode {
		fn(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, fn)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// find lists the elements of a name.
func (v *visitor) find(name string) (out []*html.Node) {
	each(v.page, func(n *html.Node) {
		if n.Data == name {
			out = append(out, n)
		}
	})
	return out
}

// text gives what the page says, without scripts and styles.
func (v *visitor) text() string { return textOf(v.page) }

func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Data == "style" || n.Data == "script" {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// form gives the page's form and what it would send unchanged.
func (v *visitor) form() (*html.Node, url.Values) {
	var f *html.Node
	for _, n := range v.find("form") {
		if strings.EqualFold(attr(n, "method"), "post") && f == nil {
			f = n
		}
	}
	if f == nil {
		return nil, nil
	}
	out := url.Values{}
	var walk func(n *html.Node, disabled bool)
	walk = func(n *html.Node, disabled bool) {
		if n.Type == html.ElementNode {
			disabled = disabled || has(n, "disabled")
			name := attr(n, "name")
			switch {
			case disabled || name == "":
			case n.Data == "input":
				switch attr(n, "type") {
				case "submit", "file", "button":
				case "radio", "checkbox":
					if has(n, "checked") {
						out.Add(name, attr(n, "value"))
					}
				default:
					out.Add(name, attr(n, "value"))
				}
			case n.Data == "textarea":
				out.Add(name, strings.TrimPrefix(textRaw(n), "\n"))
			case n.Data == "select":
				chosen := ""
				each(n, func(o *html.Node) {
					if o.Data == "option" && has(o, "selected") {
						if chosen = attr(o, "value"); !has(o, "value") {
							chosen = textOf(o)
						}
					}
				})
				out.Add(name, chosen)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, disabled)
		}
	}
	walk(f, false)
	return f, out
}

func textRaw(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// fields lists the names of what the page asks, in its order.
func (v *visitor) fields() (names []string) {
	f, _ := v.form()
	each(f, func(n *html.Node) {
		name := attr(n, "name")
		if (n.Data == "input" && attr(n, "type") != "hidden" && attr(n, "type") != "submit" || n.Data == "select" || n.Data == "textarea") && name != "" && !strings.HasPrefix(name, "wm-") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

// file is something to upload.
type file struct {
	field, name, mediaType string
	body                   []byte
}

// send fills the form in with pairs of names and values and hands it in by its
// first button. A name given twice is sent twice, an empty value empties it.
func (v *visitor) send(pairs ...string) *visitor {
	v.t.Helper()
	return v.handIn(false, nil, pairs...)
}

// back fills the form in and takes the way back.
func (v *visitor) back(pairs ...string) *visitor {
	v.t.Helper()
	return v.handIn(true, nil, pairs...)
}

func (v *visitor) filled(pairs ...string) (*html.Node, url.Values) {
	v.t.Helper()
	f, values := v.form()
	if f == nil {
		v.t.Fatalf("%s, status %d: there is no form: %.600s", v.at, v.status, v.text())
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		if !seen[name] {
			values.Del(name)
		}
		seen[name] = true
		values.Add(name, value)
	}
	return f, values
}

func (v *visitor) handIn(back bool, files []file, pairs ...string) *visitor {
	v.t.Helper()
	f, values := v.filled(pairs...)
	pressed := false
	each(f, func(n *html.Node) { // the button, as a browser sends it
		if (n.Data == "button" && (attr(n, "type") == "" || attr(n, "type") == "submit") || n.Data == "input" && attr(n, "type") == "submit") && !pressed && (attr(n, "name") == "back") == back {
			pressed = true
			if name := attr(n, "name"); name != "" {
				values.Set(name, attr(n, "value"))
			}
		}
	})
	if !pressed {
		v.t.Fatalf("%s: the form has no such button (back: %v): %.600s", v.at, back, v.body)
	}
	return v.post(attr(f, "action"), attr(f, "enctype"), values, files)
}

// post sends values as a browser does.
func (v *visitor) post(action, enctype string, values url.Values, files []file) *visitor {
	v.t.Helper()
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if enctype == "multipart/form-data" {
		w := multipart.NewWriter(&body)
		for name, list := range values {
			for _, s := range list {
				if err := w.WriteField(name, s); err != nil {
					v.t.Fatal(err)
				}
			}
		}
		for _, u := range files {
			h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename="%s"`, u.field, u.name)}, "Content-Type": {u.mediaType}}
			part, err := w.CreatePart(h)
			if err != nil {
				v.t.Fatal(err)
			}
			_, _ = part.Write(u.body)
		}
		_ = w.Close()
		kind = w.FormDataContentType()
	} else {
		body.WriteString(values.Encode())
	}
	v.at = v.absolute(action)
	req, err := http.NewRequest(http.MethodPost, v.at, &body)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Origin", v.p.base) // as browsers do
	return v.do(req)
}

// link makes a link to a survey and gives its path.
func (p *program) link(survey, body string) string {
	p.t.Helper()
	a := p.want(201, "POST", "/v1/surveys/"+survey+"/links", body).object(p.t)
	u, err := url.Parse(a["url"].(string))
	if err != nil {
		p.t.Fatal(err)
	}
	return u.Path
}

// published makes a map and a published survey of keys besides map and stage.
func (p *program) published(keys string) (mapID, survey string) {
	p.t.Helper()
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(p.t)["id"].(string)
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery",%s}`, m, keys)).object(p.t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+s+"/publish", "")
	return m, s
}

// stored reads the responses of a survey, newest first.
func (p *program) stored(survey string) (list []map[string]any) {
	p.t.Helper()
	a := p.want(200, "GET", "/v1/responses?limit=100&survey="+survey, "").object(p.t)
	for _, r := range a["data"].([]any) {
		list = append(list, r.(map[string]any))
	}
	return list
}

// patience lets the time pass that a person needs at least.
func (v *visitor) patience() *visitor {
	v.t.Helper()
	sleep(2100)
	return v
}

// testClock is a clock that a test moves.
type testClock struct {
	t      *testing.T
	file   string
	env    []string
	offset time.Duration
}

func newTestClock(t *testing.T) *testClock {
	t.Helper()
	c := &testClock{t: t, file: filepath.Join(t.TempDir(), "clock")}
	c.env = []string{"WAYMARK_TEST_CLOCK=" + c.file}
	c.write()
	return c
}

func (c *testClock) write() {
	c.t.Helper()
	if err := os.WriteFile(c.file, fmt.Appendf(nil, "%d", int(c.offset.Seconds())), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// advance moves the clock on; programs read it each second.
func (c *testClock) advance(d time.Duration) {
	c.t.Helper()
	c.offset += d
	c.write()
	sleep(1500)
}
