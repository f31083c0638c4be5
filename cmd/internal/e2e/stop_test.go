package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// half is a request whose header and the first half of its body are sent.
type half struct {
	conn net.Conn
	rest string
}

func sendHalf(t *testing.T, p *program, body string) half {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := fmt.Fprintf(c, "POST /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		p.key, len(body), body[:len(body)/2]); err != nil {
		t.Fatal(err)
	}
	return half{c, body[len(body)/2:]}
}

// finish sends the rest and gives the answer.
func (h half) finish(t *testing.T) *http.Response {
	t.Helper()
	_ = h.conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(h.conn, h.rest); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(h.conn), nil)
	if err != nil {
		t.Fatalf("a request that ran at the stop got no answer: %v", err)
	}
	return res
}

func TestAStopUnderLoadAnswersWhatRunsAndLosesNothing(t *testing.T) {
	args := []string{"--data", t.TempDir()}
	p := startWith(t, args, nil)
	_, survey := p.survey()
	got := &acknowledged{ids: map[string]bool{}}
	ended := make(chan struct{})
	var load sync.WaitGroup
	for w := range 8 {
		load.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-ended:
					return
				default:
				}
				id := fmt.Sprintf("w%d-%d", w, i)
				if w == 0 {
					batch(p, survey, id, got)
				} else if !single(p, survey, id, got) { // it fails the test for any answer but 201
					return
				}
			}
		})
	}
	var halves []half
	for i := range 20 {
		halves = append(halves, sendHalf(t, p, fmt.Sprintf(`{"survey":%q,"id":"half-%d","answers":{"sat":4}}`, survey, i)))
	}
	time.Sleep(300 * time.Millisecond)
	exit := make(chan int, 1)
	began := time.Now()
	go func() { exit <- p.stop() }()
	time.Sleep(time.Second) // the stop is under way and waits for these
	for i, h := range halves {
		if res := h.finish(t); res.StatusCode != 201 || !res.Close {
			t.Errorf("request %d: status %d, connection ends: %t", i, res.StatusCode, res.Close)
		}
	}
	if code := <-exit; code != 0 {
		t.Errorf("exit code %d\n%s", code, p.log)
	}
	took := time.Since(began)
	close(ended)
	load.Wait()
	p = startWith(t, args, nil)
	body := string(p.want(200, "GET", "/v1/responses/export.ndjson?survey="+survey, "").body)
	for id := range got.ids {
		if strings.Count(body, id) != 1 {
			t.Errorf("the acknowledged answer %s is there %d times", id, strings.Count(body, id))
		}
	}
	for i := range halves {
		p.want(200, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":"half-%d","answers":{"sat":4}}`, survey, i))
	}
	if len(got.ids) < 20 {
		t.Fatalf("only %d answers were acknowledged: the load did not run", len(got.ids))
	}
	p.waitRolledUp()
	p.verify(args...)
	t.Logf("%d acknowledged under load and %d begun before the stop, 0 lost; it took %v", len(got.ids), len(halves), took)
}

func TestAStopDoesNotWaitForThoseWhoSayNothing(t *testing.T) {
	p := start(t, t.TempDir())
	addr := strings.TrimPrefix(p.base, "http://")
	for i, said := range []string{"", "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, said); err != nil {
			t.Fatal(err)
		}
		if i == 1 { // answered, and kept open
			if res, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || res.StatusCode != 200 {
				t.Fatalf("%v %v", res, err)
			}
		}
	}
	began := time.Now()
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.log)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("the stop waited %v", d)
	}
}
