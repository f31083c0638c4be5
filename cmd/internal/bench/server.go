package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Server is "waymark serve" as a process of its own.
type Server struct {
	Base  string        // http://host:port
	Key   string        // an admin key
	Ready time.Duration // from the start of the process to the first 200 of /readyz
	PID   int

	cmd  *exec.Cmd
	done chan struct{}
	log  tail
}

const benchKey = "wm_bench_0123456789abcdefghijklmnopqrstuvwxyz"

// startTime bounds how long a server may take to be ready.
const startTime = 30 * time.Second

// Serve starts the server on a data directory and waits until it is ready.
// It ends with ctx, at the latest.
func Serve(ctx context.Context, e *Env, data string, args ...string) (*Server, error) {
	s := &Server{Key: benchKey, done: make(chan struct{})}
	s.cmd = exec.CommandContext(ctx, e.Program, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data}, args...)...)
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(os.Interrupt) }
	s.cmd.WaitDelay = 30 * time.Second
	s.cmd.Env = append(environment(), "WAYMARK_BOOTSTRAP_KEY="+s.Key)
	s.cmd.Stderr = &s.log
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the server: %w", err)
	}
	s.cmd.Stdout = in
	began := time.Now()
	err = s.cmd.Start()
	_ = in.Close()
	if err != nil {
		_ = out.Close()
		return nil, fmt.Errorf("starting the server: %w", err)
	}
	s.PID = s.cmd.Process.Pid
	go func() { defer close(s.done); _ = s.cmd.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() { _, _ = io.Copy(io.Discard, out); _ = out.Close() }()
	_, base, ok := strings.Cut(strings.TrimSpace(line), "listens on ")
	if err != nil || !ok {
		_ = s.Stop()
		return nil, fmt.Errorf("the server did not start: %s", s.log.String())
	}
	s.Base = base
	for {
		if s.ready(ctx) {
			s.Ready = time.Since(began)
			return s, nil
		}
		if err := ctx.Err(); err != nil || time.Since(began) > startTime {
			_ = s.Stop()
			return nil, fmt.Errorf("the server was not ready within %s: %s", startTime, s.log.String())
		}
		time.Sleep(time.Millisecond)
	}
}

// environment is that of this process less the caller's settings, which are
// for the caller's server.
func environment() (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "WAYMARK_") {
			env = append(env, v)
		}
	}
	return env
}

func (s *Server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Stop ends the server as an operator does and waits for it.
func (s *Server) Stop() error {
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.done:
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
		return fmt.Errorf("the server did not stop within 30 s: %s", s.log.String())
	}
	return nil
}

// tail keeps the end of what a process says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.b = append(t.b, p...); len(t.b) > 4096 {
		t.b = append(t.b[:0], t.b[len(t.b)-2048:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}
