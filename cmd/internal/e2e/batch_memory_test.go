package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// pour sends a batch of many lines of a kilobyte, of which one in a
// hundred is taken, so that the store's own cache hardly grows, and gives the number of results. Where it reads late, it looks at no
// result before all is sent.
func (p *program) pour(survey string, lines int, late bool) (results int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, "POST", p.base+"/v1/responses/batch", r)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	req.Header.Set("Content-Type", "application/x-ndjson")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		b, why := bufio.NewWriterSize(w, 64<<10), strings.Repeat("y", 1000)
		for i := range lines {
			sat := 9 // there is no such answer
			if i%100 == 0 {
				sat = 4
			}
			_, _ = fmt.Fprintf(b, `{"survey":%q,"answers":{"sat":%d,"why":%q}}`+"\n", survey, sat, why)
		}
		_ = b.Flush()
		_ = w.Close()
	}()
	client := http.Client{}
	res, err := client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if late {
		<-sent
	}
	for s := bufio.NewScanner(res.Body); s.Scan(); results++ {
		want := `"status":422`
		if results%100 == 0 {
			want = `"status":201`
		}
		if !strings.Contains(s.Text(), fmt.Sprintf(`"line":%d,`, results+1)) || !strings.Contains(s.Text(), want) {
			p.t.Fatalf("result %d is %s, want %s", results+1, s.Text(), want)
		}
	}
	return results
}

// The first tenth warms the server up; what ten times as much takes more is
// what grows with the number of lines.
func TestTheMemoryOfABatchDoesNotGrowWithItsLines(t *testing.T) {
	const lines = 100_000
	for name, late := range map[string]bool{"the client reads while it sends": false, "the client reads afterwards": true} {
		t.Run(name, func(t *testing.T) {
			p := start(t, t.TempDir())
			_, survey := p.survey()
			p.pour(survey, lines/10, late)
			before := peakKB(t, p.cmd.Process.Pid)
			if n := p.pour(survey, lines, late); n != lines {
				t.Fatalf("%d results for %d lines", n, lines)
			}
			grown := peakKB(t, p.cmd.Process.Pid) - before
			t.Logf("the peak was %d KB and grew by %d KB", before, grown)
			if grown > 32<<10 {
				t.Errorf("%d lines, 100 MB of them, took %d KB of memory more", lines, grown)
			}
		})
	}
}
