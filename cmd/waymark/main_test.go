package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// text is what a command wrote, which may be read while it runs.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// run runs a command to its end.
func run(t *testing.T, environ map[string]string, args ...string) (code int, out, errs string) {
	t.Helper()
	return piped(t, environ, "", args...)
}

// piped runs a command that may read its standard input.
func piped(t *testing.T, environ map[string]string, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr text
	e := env{&stdout, &stderr, func(k string) string { return environ[k] }, slog.New(slog.NewTextHandler(&stderr, nil)), strings.NewReader(stdin)}
	code = Main(t.Context(), e, args)
	return code, stdout.String(), stderr.String()
}

// says runs a command and holds its exit code and what it says on either stream.
func says(t *testing.T, code int, want string, args ...string) {
	t.Helper()
	got, out, errs := run(t, nil, args...)
	if got != code || !strings.Contains(out+errs, want) {
		t.Errorf("waymark %s: exit code %d, want %d; it says %q, want %q", strings.Join(args, " "), got, code, out+errs, want)
	}
}

// server is a running serve.
type server struct {
	t        *testing.T
	out, log text
	cancel   context.CancelFunc
	ended    chan int
}

// begin runs serve until it says that it has started.
func begin(t *testing.T, environ map[string]string, args ...string) *server {
	t.Helper()
	s := &server{t: t, ended: make(chan int, 1)}
	e := env{&s.out, &s.log, func(k string) string { return environ[k] }, slog.New(slog.NewTextHandler(&s.log, nil)), strings.NewReader("")}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() { s.ended <- Main(ctx, e, append([]string{"serve"}, args...)) }()
	t.Cleanup(s.end)
	for began := time.Now(); !strings.Contains(s.log.String(), "msg=started"); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("serve did not start: %s%s", s.out.String(), s.log.String())
		}
	}
	return s
}

// end stops it as an operator does.
func (s *server) end() {
	s.cancel()
	if code := <-s.ended; code != 0 {
		s.t.Errorf("serve gave exit code %d: %s", code, s.log.String())
	}
	s.ended <- 0 // for the next
}

// base is the address that it prints.
func (s *server) base() string {
	first, _, _ := strings.Cut(s.out.String(), "\n")
	_, base, _ := strings.Cut(first, "waymark listens on ")
	return base
}

// served runs serve from start to stop and gives all that it wrote.
func served(t *testing.T, environ map[string]string, args ...string) (out, log string) {
	t.Helper()
	s := begin(t, environ, args...)
	s.end()
	return s.out.String(), s.log.String()
}

func TestAWrongDirectoryIsNotTakenForAnEmptyStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{
		{"verify"}, {"rebuild"}, {"keys", "list"}, {"keys", "revoke", "abc"}, {"backup", filepath.Join(t.TempDir(), "copy")},
		{"export", "responses", "--survey", "srv_a"},
		{"import", "responses", os.DevNull, "--survey", "srv_a", "--map", "a=answers.b"},
	} {
		says(t, 1, "there is no store in "+dir+"; is --data right?", append(args, "--data", dir)...)
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Fatalf("%v made %s", args, dir)
		}
	}
	says(t, 0, "made a new store in "+dir, "keys", "create", "--workspace", "shop", "--scope", "admin", "--data", dir)
	if _, _, errs := run(t, nil, "keys", "create", "--workspace", "shop", "--scope", "admin", "--data", dir); errs != "" {
		t.Errorf("the second key says %q", errs)
	}
	says(t, 0, "0 compared", "verify", "--data", dir)
}

func TestAFileThatHoldsNoStoreIsNotOneEither(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "waymark.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, 1, "there is no store in "+dir, "verify", "--data", dir)
}

const someKey = "wm_me_0123456789abcdefghijklmnopqrstuvwxyz"

func TestServeSaysWhatKeepsEverybodyOut(t *testing.T) {
	dir := t.TempDir()
	const none, ignored = "this store has no key yet: waymark keys create", "WAYMARK_BOOTSTRAP_KEY is not a key of this store and was ignored"
	at := []string{"--addr", "127.0.0.1:0", "--data", dir}
	out, log := served(t, nil, at...)
	if !strings.Contains(log, none) || strings.Contains(log, ignored) || strings.Contains(log, "links will say") {
		t.Errorf("without a key: %s", log)
	}
	_, base, _ := strings.Cut(strings.TrimSpace(strings.Split(out, "\n")[0]), "waymark listens on ")
	if base == "" || !strings.Contains(out, "docs: "+base+"/docs\n") {
		t.Errorf("it prints %q", out)
	}
	bootstrap := map[string]string{"WAYMARK_BOOTSTRAP_KEY": someKey}
	if _, log := served(t, bootstrap, at...); strings.Contains(log, none) || strings.Contains(log, ignored) {
		t.Errorf("with the first key: %s", log)
	}
	other := map[string]string{"WAYMARK_BOOTSTRAP_KEY": "wm_me_zzzzzzzzzz0123456789abcdefghijklmnopqrstuvwxyz"}
	if _, log := served(t, other, at...); strings.Contains(log, none) || !strings.Contains(log, ignored) || strings.Contains(log, "zzzz") {
		t.Errorf("with a key of the same id and another secret: %s", log)
	}
	says(t, 0, "revoked me", "keys", "revoke", someKey, "--data", dir)
	if _, log := served(t, bootstrap, at...); !strings.Contains(log, none) || !strings.Contains(log, ignored) {
		t.Errorf("with a revoked key: %s", log)
	}
}

func TestServeSaysWhatLinksBeginWithWhereOthersReachIt(t *testing.T) {
	out, log := served(t, nil, "--addr", "0.0.0.0:0", "--data", t.TempDir())
	if !strings.Contains(log, "links will say http://localhost:") || !strings.Contains(out, "docs: http://localhost:") {
		t.Errorf("it says %s%s", out, log)
	}
	if _, log := served(t, nil, "--addr", "0.0.0.0:0", "--base-url", "https://shop.example", "--data", t.TempDir()); strings.Contains(log, "links will say") {
		t.Errorf("with --base-url: %s", log)
	}
}
