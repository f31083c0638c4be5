package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// dial opens a connection on which a test writes what no client would.
func (p *program) dial() net.Conn {
	p.t.Helper()
	c, err := net.DialTimeout("tcp", strings.TrimPrefix(p.base, "http://"), 5*time.Second)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// exchange sends bytes and gives the statuses that come back until the end or
// until nothing more comes.
func (p *program) exchange(sent string, methods ...string) (statuses []int, closed bool) {
	p.t.Helper()
	c := p.dial()
	// The server may hang up before it has read all.
	go func() { _, _ = io.WriteString(c, sent) }()
	r := bufio.NewReader(c)
	for i := 0; ; i++ {
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		if i == 0 {
			_ = c.SetReadDeadline(time.Now().Add(15 * time.Second))
		}
		req := &http.Request{Method: "GET"}
		if i < len(methods) {
			req.Method = methods[i]
		}
		res, err := http.ReadResponse(r, req)
		if err != nil {
			ne, waits := err.(net.Error)
			return statuses, !waits || !ne.Timeout()
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
}

// A body that is refused unread must not become the connection's next
// request: where a proxy shares connections, that would be another person's.
func TestABodyIsNeverTakenForTheNextRequest(t *testing.T) {
	p := start(t, t.TempDir())
	smuggled := "GET /livez HTTP/1.1\r\nHost: smuggled\r\n\r\n"
	last := "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	key := "Authorization: Bearer " + adminKey + "\r\n"
	for _, size := range []int{0, 9 << 10, 40 << 10, 3 << 20} {
		body := strings.Repeat("x", size) + strings.Repeat(smuggled, 500)
		for name, head := range map[string]string{
			"no key":            "POST /v1/responses HTTP/1.1\r\nHost: x\r\n",
			"no such route":     "POST /nowhere HTTP/1.1\r\nHost: x\r\n",
			"no such method":    "BREW /livez HTTP/1.1\r\nHost: x\r\n",
			"a batch":           "POST /v1/responses/batch HTTP/1.1\r\nHost: x\r\n",
			"a foreign type":    "POST /v1/responses/batch HTTP/1.1\r\nHost: x\r\n" + key + "Content-Type: text/plain\r\n",
			"a page":            "GET /m/nothing HTTP/1.1\r\nHost: x\r\n",
			"unknown and keyed": "DELETE /v1/maps/nothing HTTP/1.1\r\nHost: x\r\n" + key,
		} {
			for _, framed := range []string{
				fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
				fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
			} {
				got, closed := p.exchange(head + framed + last)
				// One that is small enough is read, and the connection goes on; else it ends.
				if !closed || size <= 40<<10 && (len(got) != 2 || got[1] != 200) || size > 2<<20 && len(got) > 1 {
					t.Errorf("%s, %d bytes, %.20q: answered %d, closed: %v", name, size, framed, got, closed)
				}
			}
		}
	}
}

func TestARequestWhoseEndIsDoubtfulIsRefused(t *testing.T) {
	p := start(t, t.TempDir())
	body := `{"title":"x","stages":[{"id":"a","name":"A"}]}`
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	head := "POST /v1/maps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + adminKey + "\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	next := "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for name, framed := range map[string]string{
		"a length and a coding":    "Transfer-Encoding: chunked\r\n" + length + "\r\n" + chunked,
		"a coding after a length":  length + "Transfer-Encoding: chunked\r\n\r\n" + chunked,
		"two lengths":              length + length + "\r\n" + body,
		"a list of lengths":        fmt.Sprintf("Content-Length: %d, %d\r\n\r\n%s", len(body), len(body), body),
		"a length with a sign":     fmt.Sprintf("Content-Length: +%d\r\n\r\n%s", len(body), body),
		"two codings":              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked,
		"identity":                 "Transfer-Encoding: identity\r\n" + length + "\r\n" + body,
		"a coding before chunked":  "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked,
		"a space before the colon": "Transfer-Encoding : chunked\r\n\r\n" + chunked,
		"the same of a length":     fmt.Sprintf("Content-Length : %d\r\n\r\n%s", len(body), body),
		"two keys":                 "Authorization: Bearer x\r\n" + length + "\r\n" + body,
	} {
		if got, closed := p.exchange(head + framed + next); len(got) != 1 || got[0] != 400 || !closed {
			t.Errorf("%s: answered %d, closed: %v", name, got, closed)
		}
	}
	for name, framed := range map[string]string{"a length": length + "\r\n" + body, "chunks": "Transfer-Encoding: chunked\r\n\r\n" + chunked} {
		if got, _ := p.exchange(head + framed + next); len(got) != 2 || got[0] != 201 || got[1] != 200 {
			t.Errorf("%s: answered %d", name, got)
		}
	}
}

func TestHeadAnswersWhatGetWouldWithoutABody(t *testing.T) {
	p := start(t, t.TempDir())
	m, survey := p.survey()
	for _, path := range []string{"/livez", "/readyz", "/metrics", "/v1/maps", "/v1/maps/" + m, "/v1/maps/" + m + "/render.svg", "/v1/maps/" + m + "/render.html",
		"/v1/responses", "/v1/responses/export.csv?survey=" + survey, "/v1/responses/export.ndjson?survey=" + survey} {
		get := p.want(200, "GET", path, "")
		head := p.want(200, "HEAD", path, "")
		if len(head.body) > 0 || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
			t.Errorf("%s: %q %v", path, head.body, head.header)
		}
		ask := "HEAD " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + adminKey + "\r\n\r\n"
		c := p.dial()
		_, _ = io.WriteString(c, ask+"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		all, err := io.ReadAll(c)
		if _, rest, ok := bytes.Cut(all, []byte("\r\n\r\n")); err != nil || !ok || !bytes.HasPrefix(rest, []byte("HTTP/1.1 200")) {
			t.Errorf("%s: between two answers stands %.20q %v", path, rest, err)
		}
	}
}

func TestAFormIsNotTakenInBeforeAnybodyIsAskedForAKey(t *testing.T) {
	tmp := t.TempDir()
	p := startWith(t, []string{"--data", t.TempDir()}, []string{"TMPDIR=" + tmp})
	for _, path := range []string{"/v1/maps", "/v1/files"} {
		p.refusesForm(path)
		if kept, err := os.ReadDir(tmp); err != nil || len(kept) > 0 {
			t.Errorf("%s: the disk holds %v %v", path, kept, err)
		}
	}
	p.upload("x.png", drawing(t)) // nor are those that are taken laid down on the way
	if kept, err := os.ReadDir(tmp); err != nil || len(kept) > 0 {
		t.Errorf("the disk holds %v %v", kept, err)
	}
}

// refusesForm sends a form without a key that would go on for ever.
func (p *program) refusesForm(path string) {
	p.t.Helper()
	c := p.dial()
	const size = 64 << 20
	go func() {
		_, _ = fmt.Fprintf(c, "POST "+path+" HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n"+
			"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n", size)
		for range size>>20 - 1 {
			if _, err := c.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != 401 {
		p.t.Errorf("%s is not refused at once: %v %v", path, res, err)
	}
}
