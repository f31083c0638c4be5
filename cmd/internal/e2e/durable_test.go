package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// rounds is how often the program is killed: 10 here, more by
// WAYMARK_TEST_KILL_ROUNDS. WAYMARK_TEST_SEED repeats a run.
func rounds(t *testing.T) (int, *rand.Rand) {
	n, seed := 10, uint64(time.Now().UnixNano())
	if s := os.Getenv("WAYMARK_TEST_KILL_ROUNDS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("WAYMARK_TEST_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("%d rounds, WAYMARK_TEST_SEED=%d", n, seed)
	return n, rand.New(rand.NewPCG(seed, 1))
}

// acknowledged collects the ids of responses the program said it has.
type acknowledged struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (a *acknowledged) add(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids[id] = true
}

func TestNoAcknowledgedAnswerIsLostToAKill(t *testing.T) { // attack 58
	n, random := rounds(t)
	data := t.TempDir()
	p := start(t, data)
	_, survey := p.survey()
	p.kill()
	got := &acknowledged{ids: map[string]bool{}}
	for round := range n {
		p := start(t, data)
		if round > 0 { // now: later answers could mend what the kill left behind
			p.verify("--data", data)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					if worker < 6 {
						if !single(p, survey, fmt.Sprintf("r%d-w%d-%d", round, worker, i), got) {
							return
						}
					} else if !batch(p, survey, fmt.Sprintf("r%d-w%d-%d", round, worker, i), got) {
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(20+random.IntN(400)) * time.Millisecond)
		p.kill()
		close(stop)
		wg.Wait()
	}
	if len(got.ids) < 10*n {
		t.Fatalf("only %d answers were acknowledged in %d rounds: the load did not run", len(got.ids), n)
	}
	p = start(t, data)
	stored := map[string]bool{}
	a := p.want(200, "GET", "/v1/responses/export.ndjson?survey="+survey, "")
	for line := range bytes.Lines(a.body) {
		var r struct{ ID string }
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if stored[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		stored[r.ID] = true
	}
	lost := 0
	for id := range got.ids {
		if !stored[id] {
			lost++
		}
	}
	if lost > 0 {
		t.Fatalf("%d of %d acknowledged answers are lost", lost, len(got.ids))
	}
	t.Logf("%d acknowledged, %d stored, 0 lost", len(got.ids), len(stored))
	p.verify("--data", data)
	if code := p.stop(); code != 0 {
		t.Errorf("a graceful stop gave exit code %d\n%s", code, p.log)
	}
}

func single(p *program, survey, id string, got *acknowledged) bool {
	a, err := p.try("POST", "/v1/responses", strings.NewReader(fmt.Sprintf(`{"survey":%q,"id":%q,"answers":{"sat":%d}}`, survey, id, 1+len(id)%5)))
	if err != nil {
		return false
	}
	var r struct{ ID string }
	if a.status != 201 || json.Unmarshal(a.body, &r) != nil {
		p.t.Errorf("status %d: %s", a.status, a.body)
		return false
	}
	got.add(r.ID)
	return true
}

func batch(p *program, survey, id string, got *acknowledged) bool {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, `{"survey":%q,"id":"%s-%d","answers":{"sat":3,"feel":-1}}`+"\n", survey, id, i)
	}
	a, err := p.try("POST", "/v1/responses/batch", strings.NewReader(b.String()), "Content-Type", "application/x-ndjson")
	// A result that arrived is an acknowledgement, however the stream ended.
	for line := range bytes.Lines(a.body) {
		var r struct {
			ID     string
			Status int
		}
		if json.Unmarshal(line, &r) == nil && r.Status == 201 {
			got.add(r.ID)
		}
	}
	return err == nil
}
