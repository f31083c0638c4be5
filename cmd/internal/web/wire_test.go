package web

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// serve runs a server that is only patient for moments.
func serve(t *testing.T, p patience, more func(*fiber.App)) (addr string) {
	t.Helper()
	s := &Server{Now: time.Now, Log: slog.New(slog.DiscardHandler), patience: p}
	more(s.Handler())
	up, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- s.Listen("127.0.0.1:0", func(a net.Addr) { up <- a }) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Shutdown(ctx)
		<-ended
	})
	return (<-up).String()
}

// hangsUp sends bytes, then one byte each drip, and tells what came back
// before the server closed the connection.
func hangsUp(t *testing.T, addr, sent string, drip time.Duration) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(c, sent)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(drip):
				_, _ = io.WriteString(c, "x")
			}
		}
	}()
	b, err := io.ReadAll(c)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Fatalf("the connection stays open after %.40q", sent)
	}
	return string(b)
}

func TestTheUsualPatienceIsThatOfTheContract(t *testing.T) {
	if p := (patience{}).orDefaults(); p != (patience{header: 10 * time.Second, body: 30 * time.Second, answer: 60 * time.Second}) || streamPatience != 60*time.Second {
		t.Errorf("%+v, streams %v", p, streamPatience)
	}
	if p := (patience{body: time.Second}).orDefaults(); p.body != time.Second || p.header != 10*time.Second {
		t.Errorf("what is set does not hold: %+v", p)
	}
	s := &Server{}
	app := s.Handler()
	if c := app.Config(); c.ReadTimeout != 10*time.Second || c.WriteTimeout != 60*time.Second {
		t.Errorf("the server waits %v for a head and %v for who reads", c.ReadTimeout, c.WriteTimeout)
	}
	for path, want := range map[string]time.Duration{"/v1/maps": 30 * time.Second, "/v1/responses": 30 * time.Second, "/v1/responses/batch?x=1": 60 * time.Second} {
		var h fasthttp.RequestHeader
		h.SetRequestURI(path)
		if got := app.Server().HeaderReceived(&h).ReadTimeout; got != want {
			t.Errorf("%s: %v for the body, want %v", path, got, want)
		}
	}
}

func TestASlowClientIsGivenUp(t *testing.T) { // attack 52
	addr := serve(t, patience{header: 300 * time.Millisecond, body: 600 * time.Millisecond}, func(app *fiber.App) {})
	for name, sent := range map[string]string{
		"nothing":       "",
		"half a header": "GET /livez HTTP/1.1\r\nX-Slow: ",
		"half a body":   "POST /v1/maps HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
	} {
		if got := hangsUp(t, addr, sent, 50*time.Millisecond); !strings.HasPrefix(got, "HTTP/1.1 408 ") {
			t.Errorf("%s: %.60q", name, got)
		}
	}
	// The body's time begins when the header has come.
	if got := hangsUp(t, addr, "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nConnection: close\r\n\r\n", 50*time.Millisecond); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
		t.Errorf("a body within its time: %.60q", got)
	}
}

func TestAClientThatDoesNotReadIsGivenUp(t *testing.T) { // attack 52
	addr := serve(t, patience{answer: 300 * time.Millisecond}, func(app *fiber.App) {})
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	// Requests whose answers nobody takes, until the server would have to wait.
	many := strings.Repeat("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 1000)
	for {
		if _, err := io.WriteString(c, many); err != nil {
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Fatal("the connection stays open")
			}
			return
		}
	}
}

func TestFramingThatProxiesReadOtherwiseIsFound(t *testing.T) {
	for raw, want := range map[string]bool{
		"Host: a\r\nContent-Length: 1\r\n\r\n":                                  false,
		"Transfer-Encoding: chunked\r\n\r\n":                                    false,
		"transfer-encoding:\tCHUNKED \r\n\r\n":                                  false,
		"X-Note: Content-Length: 1\r\nContent-Length: 1\r\n\r\n":                false,
		"X-Long: a\r\n Content-Length: 9\r\nContent-Length: 1\r\n\r\n":          false, // folded: a part of X-Long
		"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n":               true,
		"content-length: 1\r\nCONTENT-LENGTH: 1\r\n\r\n":                        true,
		"Transfer-Encoding: chunked, chunked\r\n\r\n":                           true,
		"Transfer-Encoding: \r\n\r\n":                                           true,
		"X-A : b\r\n\r\n":                                                       true,
		"X-A\t: b\r\n\r\n":                                                      true,
		"Authorization: Bearer a\r\nHost: a\r\nauthorization: Bearer b\r\n\r\n": true,
	} {
		if ambiguous([]byte(raw)) != want {
			t.Errorf("%q: %v", raw, !want)
		}
	}
}
