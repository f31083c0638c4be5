package responses_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
)

// serve puts a desk on a loopback port, acting in the workspace "w", or in
// the one the header X-Test-Workspace names.
func serve(t *testing.T, d *desk) (url string) {
	t.Helper()
	statuses := map[fault.Kind]int{fault.Malformed: 400, fault.Invalid: 422, fault.NotFound: 404, fault.Conflict: 409, fault.Gone: 410,
		fault.TooLarge: 413, fault.Unsupported: 415, fault.TooSlow: 408, fault.Internal: 500}
	app := fiber.New(fiber.Config{StreamRequestBody: true, BodyLimit: 1 << 10, ReadTimeout: 5 * time.Second, DisableStartupMessage: true,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			return c.Status(statuses[fault.KindOf(err)]).SendString(err.Error())
		}})
	app.Use(func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		c.SetUserContext(ctx)
		rest.SetActor(c, ident.Actor{Workspace: ident.Workspace(c.Get("X-Test-Workspace", "w"))})
		return c.Next()
	})
	h := responses.HTTP{Service: d.Service, Problem: problem, Silence: 400 * time.Millisecond}
	app.Post("/v1/responses", h.Create)
	app.Post("/v1/responses/batch", h.Batch)
	app.Get("/v1/responses", h.List)
	app.Get("/v1/responses/export.csv", h.Export(responses.CSV))
	app.Get("/v1/responses/export.ndjson", h.Export(responses.NDJSON))
	app.Get("/v1/responses/:response", h.Get)
	app.Patch("/v1/responses/:response", h.Patch)
	app.Delete("/v1/responses/:response", h.Delete)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(5 * time.Second) })
	return "http://" + l.Addr().String()
}

func call(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Timeout: 10 * time.Second}
	res, err := client.Do(req)
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

func TestOneResponseOverHTTP(t *testing.T) {
	d := newDesk(t)
	base := serve(t, d) + "/v1/responses"
	b := body(`,"id":"o-1","answers":{"sat":4,"why":"(a+)+$"},"properties":{"state":"a:b"},"respondent":"cust-1"`)
	res, text := call(t, "POST", base, b)
	if res.StatusCode != 201 || !strings.HasPrefix(res.Header.Get("Location"), "/v1/responses/rsp_") {
		t.Fatal(res.StatusCode, text)
	}
	first := text
	if res, text = call(t, "POST", base, b); res.StatusCode != 200 || text != first {
		t.Fatal("attack 5:", res.StatusCode, text)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		header []string
	}{
		"gzip (attack 16)":               {415, b, []string{"Content-Encoding", "gzip"}},
		"a form":                         {415, b, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		"over 256 KiB (attack 15)":       {413, body(`,"answers":{"sat":4,"why":"` + strings.Repeat("x", 256<<10) + `"}`), nil},
		"foreign workspace (attack 34)":  {404, b, []string{"X-Test-Workspace", "v"}},
		"the same id, other (attack 6)":  {409, strings.Replace(b, `"sat":4`, `"sat":5`, 1), nil},
		"workspace smuggled (attack 35)": {400, strings.Replace(b, `{`, `{"workspace":"v",`, 1), nil},
	} {
		if res, text := call(t, "POST", base, c.body, c.header...); res.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", name, res.StatusCode, text, c.status)
		}
	}
	var receipt struct{ ID string }
	if err := json.Unmarshal([]byte(first), &receipt); err != nil {
		t.Fatal(err)
	}
	id := base + "/" + receipt.ID
	for _, c := range []struct {
		method, url, body string
		status            int
		contains          string
	}{
		{"GET", base + "?segment=state:a:b&q=(a%2B)%2B$&respondent=cust-1&survey=" + surveyID, "", 200, receipt.ID},
		{"GET", base + "?segment=state:a", "", 200, `{"data":[],"next":null}`},
		{"GET", base + "?segment=state", "", 400, ""},
		{"GET", base + "?id[$gt]=", "", 400, ""},
		{"GET", base + "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "", 400, ""},
		{"GET", base + "?survey=" + ident.Derive("srv", "other"), "", 404, ""},
		{"GET", id, "", 200, `"sender_id":"o-1"`},
		{"PATCH", id, `{"status":"suspect"}`, 200, `"status":"suspect"`},
		{"PATCH", id, `{"status":"partial"}`, 422, ""},
		{"PATCH", id, `{"status":"counted","score":1}`, 400, ""},
		{"GET", base + "/export.ndjson?status=counted&survey=" + surveyID, "", 200, ""},
		{"GET", base + "/export.csv?survey=" + surveyID, "", 200, "o-1"},
		{"GET", base + "/export.csv", "", 400, ""},
		{"DELETE", id, "", 204, ""},
		{"GET", id, "", 404, ""},
		{"DELETE", id, "", 404, ""},
	} {
		res, text := call(t, c.method, c.url, c.body)
		if res.StatusCode != c.status || !strings.Contains(text, c.contains) {
			t.Errorf("%s %s: %d %s, want %d and %q", c.method, c.url, res.StatusCode, text, c.status, c.contains)
		}
	}
	if res, text := call(t, "POST", base, b); res.StatusCode != 410 {
		t.Errorf("after the delete: %d %s", res.StatusCode, text)
	}
}

func TestABatchStreamsOverHTTP(t *testing.T) {
	d := newDesk(t)
	url := serve(t, d) + "/v1/responses/batch"
	client := &http.Client{Timeout: 20 * time.Second}
	t.Run("a result comes while the body is still open, and the last when it ends", func(t *testing.T) {
		in, send := io.Pipe()
		first := make(chan struct{})
		go func() {
			fmt.Fprintln(send, body(`,"id":"h-1","answers":{"sat":4}`))
			<-first
			fmt.Fprintln(send, body(`,"id":"h-2","answers":{"sat":9}`))
			_ = send.Close()
		}()
		res, err := client.Post(url, "application/x-ndjson; charset=utf-8", in)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		r := bufio.NewReader(res.Body)
		for i, want := range []string{`"status":201`, `"status":422`} {
			l, err := r.ReadString('\n')
			if err != nil || !strings.Contains(l, want) || !strings.Contains(l, fmt.Sprintf(`"line":%d`, i+1)) {
				t.Fatal(l, err)
			}
			if i == 0 {
				close(first)
			}
		}
		if _, err := r.ReadByte(); err != io.EOF {
			t.Fatal(err)
		}
	})
	t.Run("a client need not read while it sends", func(t *testing.T) {
		const n = 6000
		line := body(`,"answers":{"sat":9}`) + "\n" // a refusal is longer than its line
		conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/v1/responses/batch"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprintf(conn, "POST /v1/responses/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n", n*len(line))
		if _, err := io.WriteString(conn, strings.Repeat(line, n)); err != nil {
			t.Fatal("sending all before reading anything:", err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil || strings.Count(string(b), "\n") != n {
			t.Fatal(strings.Count(string(b), "\n"), err)
		}
	})
	t.Run("a client may send for longer than its silence is borne before it reads", func(t *testing.T) {
		var unknown strings.Builder
		for i := range 20 { // each makes the refusal longer
			fmt.Fprintf(&unknown, `,"q%d":1`, i)
		}
		line := body(`,"answers":{"sat":9`+unknown.String()+`}`) + "\n"
		conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/v1/responses/batch"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprint(conn, "POST /v1/responses/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
		n := 0
		send := func(lines int) {
			part := strings.Repeat(line, lines)
			if _, err := fmt.Fprintf(conn, "%x\r\n%s\r\n", len(part), part); err != nil {
				t.Fatal("sending:", err)
			}
			n += lines
		}
		for range 80 { // more results than the buffers between the two take
			send(100)
		}
		for range 12 {
			time.Sleep(100 * time.Millisecond)
			send(1)
		}
		fmt.Fprint(conn, "0\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil || strings.Count(string(b), "\n") != n {
			t.Fatal(strings.Count(string(b), "\n"), "of", n, err)
		}
	})
	t.Run("a body that stops is refused with 408, and cut where results were out already", func(t *testing.T) {
		in, send := io.Pipe()
		defer send.Close()
		res, err := client.Post(url, "application/x-ndjson", in)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 408 {
			t.Fatal(res.StatusCode)
		}
		in, send = io.Pipe()
		defer send.Close()
		go fmt.Fprintln(send, body(`,"answers":{"sat":4}`))
		if res, err = client.Post(url, "application/x-ndjson", in); err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if !strings.Contains(string(b), `"status":201`) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%q %v", b, err)
		}
	})
	t.Run("other content is refused", func(t *testing.T) {
		for _, h := range [][2]string{{"Content-Type", "application/json"}, {"Content-Encoding", "br"}} {
			if res, text := call(t, "POST", url, "{}\n", "Content-Type", "application/x-ndjson", h[0], h[1]); res.StatusCode != 415 {
				t.Errorf("%v: %d %s", h, res.StatusCode, text)
			}
		}
	})
}

func TestAClientThatLeavesAnExportHarmsNobody(t *testing.T) {
	d := newDesk(t)
	long := strings.Repeat("x", 190)
	if rows, err := runBatch(t, d, strings.NewReader(strings.Repeat(body(`,"answers":{"sat":4},"properties":{"a":"`+long+`","b":"`+long+`","c":"`+long+`","d":"`+long+`"}`)+"\n", 8000))); err != nil || rows[7999].Status != 201 {
		t.Fatal(rows[0], err)
	}
	base := serve(t, d) + "/v1/responses"
	for range 3 {
		res, err := http.Get(base + "/export.csv?survey=" + surveyID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(res.Body, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	res, text := call(t, "GET", base+"/export.csv?survey="+surveyID, "")
	if res.StatusCode != 200 || strings.Count(text, "\r\n") != 8001 {
		t.Fatal(res.StatusCode, strings.Count(text, "\r\n"))
	}
}
