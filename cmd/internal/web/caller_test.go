package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/cmd/internal/app"
	"waymark/cmd/internal/config"
	"waymark/cmd/internal/web"
	"waymark/responses/page"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
	"waymark/surveys/workspace"
)

const adminKey = "wm_boot_abcdefghijklmnopqrstuvwxyz0123456789"

// noon is when the tests happen: what is recorded stays the same.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// api is a server on the embedded engines, called through the description
// that it serves of itself.
type api struct {
	*testing.T
	app    *app.App
	server *web.Server
	base   string
	key    string
	client http.Client
	ahead  atomic.Int64 // how far the clock was moved, in nanoseconds
	described

	mu   sync.Mutex
	seen map[string]map[string]bool // operation → "status slug" that it answered
}

func serve(t *testing.T, change ...func(*config.Config)) *api {
	t.Helper()
	ctx := context.Background()
	c := config.Config{Addr: "127.0.0.1:0", BaseURL: "https://waymark.example", Data: t.TempDir()}
	for _, f := range change {
		f(&c)
	}
	opened, err := app.Open(ctx, c, slog.New(slog.DiscardHandler), app.Verify)
	if err != nil {
		t.Fatal(err)
	}
	a := &api{T: t, key: adminKey, seen: map[string]map[string]bool{}}
	a.app = opened.At(a.now)
	if err := a.app.Workspaces.Bootstrap(ctx, adminKey); err != nil {
		t.Fatal(err)
	}
	a.client.Timeout = 60 * time.Second
	a.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a.server = a.app.Server()
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- a.server.Listen("127.0.0.1:0", func(at net.Addr) { ready <- at }) }()
	t.Cleanup(func() {
		c, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		a.client.CloseIdleConnections()
		_ = a.server.Shutdown(c)
		_ = opened.Close(c)
	})
	select {
	case at := <-ready:
		a.base = "http://" + at.String()
	case err := <-ended:
		t.Fatal(err)
	}
	res, err := a.client.Get(a.base + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	doc, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	d, err := readDescription(doc)
	if err != nil {
		t.Fatal(err)
	}
	a.described = *d
	return a
}

// now is the server's clock.
func (a *api) now() time.Time { return noon.Add(time.Duration(a.ahead.Load())) }

// later moves the clock on.
func (a *api) later(d time.Duration) { a.ahead.Add(int64(d)) }

// keyOf makes a key of the scope.
func (a *api) keyOf(scope ident.Scope) string {
	a.Helper()
	key, _, err := a.app.Workspaces.CreateKey(context.Background(), workspace.DefaultWorkspace, scope, "")
	if err != nil {
		a.Fatal(err)
	}
	return key
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (r answer) object(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(r.body, &m); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return m
}

// slug gives the last part of a problem's type.
func (r answer) slug() string {
	var p struct{ Type string }
	if r.header.Get("Content-Type") != "application/problem+json" || json.Unmarshal(r.body, &p) != nil {
		return ""
	}
	_, slug, _ := strings.Cut(p.Type, "#")
	return slug
}

var refusals = regexp.MustCompile(`(?m)^waymark_refusals_total\{reason="([^"]+)",status="(\d+)"\} (\d+)$`)

// refused gives how often the server refused something, by "status reason".
func (a *api) refused() map[string]string {
	a.Helper()
	res, err := a.client.Get(a.base + "/metrics")
	if err != nil {
		a.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		a.Fatal(err)
	}
	all := map[string]string{}
	for _, m := range refusals.FindAllSubmatch(body, -1) {
		all[string(m[2])+" "+string(m[1])] = string(m[3])
	}
	return all
}

// told is call, and the reason of a refusal. Where that is told to people in
// words it is the one that the server counts.
func (a *api) told(id string, r request) (answer, string) {
	a.Helper()
	if !a.ops[id].forPeople() {
		got := a.call(id, r)
		return got, got.slug()
	}
	before := a.refused()
	got := a.call(id, r)
	for what, n := range a.refused() {
		if status, reason, _ := strings.Cut(what, " "); before[what] != n && status == strconv.Itoa(got.status) {
			return got, reason
		}
	}
	return got, ""
}

// call does what the operation's description says, and holds both the request
// and the answer to it. A request that is taken must be as described.
func (a *api) call(id string, r request) answer {
	a.Helper()
	got, sent := a.send(id, r)
	if got.status < 400 {
		for _, f := range a.checkRequest(a.ops[id], sent) {
			a.Errorf("%s was taken although %s", id, f)
		}
	}
	return got
}

// unchecked is call where the request need not be as described.
func (a *api) unchecked(id string, r request) answer {
	a.Helper()
	got, _ := a.send(id, r)
	return got
}

func (a *api) send(id string, r request) (answer, request) {
	a.Helper()
	op, known := a.ops[id]
	if !known {
		a.Fatalf("there is no operation %s", id)
	}
	if r.header == nil {
		r.header = http.Header{}
	}
	if kinds, takes := a.follow(op.spec["requestBody"])["content"].(map[string]any); takes && len(r.body) > 0 && r.header.Get("Content-Type") == "" {
		r.header.Set("Content-Type", keysOf(kinds)[0])
	}
	if security := op.spec["security"].([]any); len(security) > 0 && r.header["Authorization"] == nil {
		r.header.Set("Authorization", "Bearer "+a.key)
	}
	path := op.path
	for name, value := range r.path {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if r.query != "" {
		path += "?" + r.query
	}
	req, err := http.NewRequest(op.method, a.base+path, bytes.NewReader(r.body))
	if err != nil {
		a.Fatal(err)
	}
	limit := rest.MaxBody
	switch id {
	case "createFile":
		limit = files.MaxForm
	case "answerPage":
		limit = page.MaxBody
	}
	if len(r.body) > limit {
		// Announced, but only begun: a server hangs up on what it will not
		// read, and its answer may be lost with the connection.
		never, end := io.Pipe()
		defer end.Close()
		req.Body = io.NopCloser(io.MultiReader(bytes.NewReader(r.body[:8<<10]), never))
	}
	req.Header = r.header
	res, err := a.client.Do(req)
	if err != nil {
		a.Fatalf("%s: %v", id, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		a.Fatalf("%s: %v", id, err)
	}
	got := answer{res.StatusCode, res.Header, body}
	for _, f := range a.checkAnswer(op, got.status, got.header, got.body) {
		a.Errorf("%s answers %d: %s", id, got.status, f)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen[id] == nil {
		a.seen[id] = map[string]bool{}
	}
	a.seen[id][strings.TrimSpace(res.Status[:3]+" "+got.slug())] = true
	return got, r
}

// want is call for a status that must be.
func (a *api) want(status int, id string, r request) answer {
	a.Helper()
	got := a.call(id, r)
	if got.status != status {
		a.Fatalf("%s answers %d, want %d: %s", id, got.status, status, got.body)
	}
	return got
}
