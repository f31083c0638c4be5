package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bin is the program, built once for all tests.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "waymark-e2e-*")
	if err != nil {
		panic(err)
	}
	bin = filepath.Join(dir, "waymark")
	if out, err := exec.Command("go", "build", "-o", bin, "waymark/cmd/waymark").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

const adminKey = "wm_boot_abcdefghijklmnopqrstuvwxyz0123456789"

// program is a running server.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	key  string
	http *http.Client
	log  *bytes.Buffer
}

// start runs "waymark serve" on the data directory and waits until it listens.
func start(t *testing.T, data string, wrap ...string) *program {
	t.Helper()
	return startWith(t, []string{"--data", data}, nil, wrap...)
}

func startWith(t *testing.T, args, environ []string, wrap ...string) *program {
	t.Helper()
	return startCommand(t, "serve", args, environ, wrap...)
}

// startCommand is startWith for another command that listens.
func startCommand(t *testing.T, name string, args, environ []string, wrap ...string) *program {
	t.Helper()
	return startAs(t, nil, name, args, environ, wrap...)
}

// startAs is startCommand for another user.
func startAs(t *testing.T, attr *syscall.SysProcAttr, name string, args, environ []string, wrap ...string) *program {
	t.Helper()
	argv := append(append(wrap[:len(wrap):len(wrap)], bin, name, "--addr", "127.0.0.1:0"), args...)
	p := &program{t: t, key: adminKey, log: &bytes.Buffer{}, http: &http.Client{Timeout: 20 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Env = append(append(os.Environ(), "WAYMARK_BOOTSTRAP_KEY="+adminKey), environ...)
	p.cmd.Stderr = p.log
	if attr == nil {
		attr = &syscall.SysProcAttr{}
	}
	p.cmd.SysProcAttr = attr
	attr.Setpgid = true
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	_, base, ok := strings.Cut(strings.TrimSpace(line), "listens on ")
	if err != nil || !ok {
		p.kill()
		t.Fatalf("the program did not start: %q %v\n%s", line, err, p.log)
	}
	p.base = base
	return p
}

// kill ends the program and what wraps it with SIGKILL.
func (p *program) kill() {
	if p.cmd.ProcessState == nil {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		_ = p.cmd.Wait()
	}
}

// stop ends the program as an operator does and gives its exit code.
func (p *program) stop() int {
	p.t.Helper()
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		p.t.Error("the program did not stop within 30 s")
		p.kill()
		<-done
	}
	return p.cmd.ProcessState.ExitCode()
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("status %d, not a JSON object: %q", a.status, a.body)
	}
	return m
}

// try sends a request; headers are pairs.
func (p *program) try(method, path string, body io.Reader, headers ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return answer{}, err
	}
	if p.key != "" {
		req.Header.Set("Authorization", "Bearer "+p.key)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, b}, err
}

// call is try for a request that must be answered.
func (p *program) call(method, path, body string, headers ...string) answer {
	p.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	a, err := p.try(method, path, r, headers...)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// want is call for a request that must have the status.
func (p *program) want(status int, method, path, body string, headers ...string) answer {
	p.t.Helper()
	a := p.call(method, path, body, headers...)
	if a.status != status {
		p.t.Fatalf("%s %s %.200s: status %d, want %d: %.500s", method, path, body, a.status, status, a.body)
	}
	return a
}

const questions = `[{"id":"sat","type":"csat","title":{"en":"How satisfied are you?"},"required":true},
	{"id":"feel","type":"emotion","title":{"en":"How did it feel?"}},
	{"id":"rec","type":"nps","title":{"en":"Would you recommend us?"}},
	{"id":"why","type":"text","title":{"en":"Why?"}}]`

// survey makes a map with a published survey.
func (p *program) survey() (mapID, surveyID string) {
	p.t.Helper()
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"},{"id":"order","name":"Order"}]}`).object(p.t)
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery","title":{"en":"Delivery"},"segments":["state"],"questions":%s}`, m["id"], questions)).object(p.t)
	p.want(200, "POST", fmt.Sprintf("/v1/surveys/%s/publish", s["id"]), "")
	return m["id"].(string), s["id"].(string)
}
