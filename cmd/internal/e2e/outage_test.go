package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// outage is load that runs while the store fails and comes back. Every answer
// to it is noted: taken, refused with 503, or a fault of the test.
type outage struct {
	t      *testing.T
	p      *program
	mapID  string
	survey string

	mu      sync.Mutex
	taken   map[string]bool // acknowledged
	refused map[string]bool // by our id
	slugs   map[string]int  // why
	stop    chan struct{}
	load    sync.WaitGroup
}

// strain begins the load: four customers who answer one after the other.
func strain(t *testing.T, p *program) *outage {
	t.Helper()
	o := &outage{t: t, p: p, taken: map[string]bool{}, refused: map[string]bool{}, slugs: map[string]int{}, stop: make(chan struct{})}
	o.mapID, o.survey = p.survey()
	for w := range 4 {
		o.load.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-o.stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				o.answer(fmt.Sprintf("w%d-%d", w, i))
			}
		})
	}
	o.await("answers are taken", func() bool { return len(o.taken) >= 30 })
	return o
}

func (o *outage) body(id string) string {
	return fmt.Sprintf(`{"survey":%q,"id":%q,"answers":{"sat":%d,"why":%q}}`, o.survey, id, 1+len(id)%5, strings.Repeat("because ", 200))
}

func (o *outage) answer(id string) {
	a, err := o.p.try("POST", "/v1/responses", strings.NewReader(o.body(id)))
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err != nil:
		o.t.Errorf("an answer got none: %v", err)
	case a.status == 201 || a.status == 200:
		o.taken[id] = true
	case a.status == 503 && a.header.Get("Content-Type") == "application/problem+json":
		o.refused[id] = true
		var p struct{ Type string }
		_ = json.Unmarshal(a.body, &p)
		o.slugs[strings.TrimPrefix(p.Type, "/docs#")]++
	default:
		o.t.Errorf("an answer got status %d: %s\n%s", a.status, a.body, o.p.log)
	}
}

func (o *outage) await(what string, ok func() bool) {
	o.t.Helper()
	for end := time.Now().Add(40 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		o.mu.Lock()
		done := ok()
		o.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(end) {
			o.t.Fatalf("%s: not within 40 s; %d taken, %d refused\n%s", what, len(o.taken), len(o.refused), o.p.log)
		}
	}
}

// ready asks until /readyz answers status.
func (o *outage) ready(status int, want string) {
	o.t.Helper()
	o.await(fmt.Sprintf("/readyz answers %d", status), func() bool {
		a, err := o.p.try("GET", "/readyz", nil)
		return err == nil && a.status == status && strings.Contains(string(a.body), want)
	})
}

// down holds what must be true while the store fails. Reads then answer one of
// the statuses.
func (o *outage) down(reads []int, slugs ...string) {
	o.t.Helper()
	o.ready(503, `"store"`)
	refused := len(o.refused)
	o.await("answers are refused", func() bool { return len(o.refused) >= refused+10 })
	o.p.want(200, "GET", "/livez", "")
	const document = `{"title":"Changed","stages":[{"id":"delivery","name":"Delivery"},{"id":"order","name":"Order"}]}`
	var requests sync.WaitGroup // at once: some wait until they give the store up
	for _, write := range [][]string{
		{"POST", "/v1/maps", document},
		{"POST", "/v1/maps", document, "Idempotency-Key", "k"},
		{"PUT", "/v1/maps/" + o.mapID, document, "If-Match", `"1"`},
		{"POST", "/v1/surveys/" + o.survey + "/close", ""},
	} {
		requests.Go(func() {
			a, err := o.p.try(write[0], write[1], strings.NewReader(write[2]), write[3:]...)
			if err != nil || a.status != 503 {
				o.t.Errorf("%s %s: status %d, want 503: %s %v", write[0], write[1], a.status, a.body, err)
			}
		})
	}
	for _, path := range []string{"/v1/maps/" + o.mapID, "/v1/maps/" + o.mapID + "/scores", "/v1/responses?survey=" + o.survey} {
		requests.Go(func() {
			if a, err := o.p.try("GET", path, nil); err != nil || !slices.Contains(reads, a.status) {
				o.t.Errorf("GET %s: status %d: %s %v", path, a.status, a.body, err)
			}
		})
	}
	requests.Wait()
	// A batch says of each line that it was not taken, or is refused as a whole.
	a := o.p.call("POST", "/v1/responses/batch", o.body("b1")+"\n"+o.body("b2")+"\n", "Content-Type", "application/x-ndjson")
	if a.status != 503 && (a.status != 200 || bytes.Count(a.body, []byte(`"status":503`)) < 2) {
		o.t.Errorf("a batch: status %d: %s", a.status, a.body)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for got := range o.slugs {
		if !strings.Contains(" "+strings.Join(slugs, " ")+" ", " "+got+" ") {
			o.t.Errorf("refused as %q, want one of %v", got, slugs)
		}
	}
}

// back holds what must be true once the store works again, without a restart.
func (o *outage) back(args ...string) {
	o.t.Helper()
	o.ready(200, `"degraded":[]`)
	taken := len(o.taken)
	o.await("answers are taken again", func() bool { return len(o.taken) >= taken+30 })
	close(o.stop)
	o.load.Wait()
	stored := map[string]int{}
	for line := range bytes.Lines(o.p.want(200, "GET", "/v1/responses/export.ndjson?survey="+o.survey, "").body) {
		var r struct {
			ID      string         `json:"sender_id"`
			Answers map[string]any `json:"answers"`
		}
		if err := json.Unmarshal(line, &r); err != nil || len(r.Answers) != 2 {
			o.t.Fatalf("a line of the export is not whole: %v %.200s", err, line)
		}
		stored[r.ID]++
	}
	for id := range o.taken {
		if stored[id] != 1 {
			o.t.Errorf("the acknowledged answer %s is there %d times", id, stored[id])
		}
	}
	// What was refused is there as a whole or not at all: its repeat is
	// harmless either way.
	for id := range o.refused {
		if a := o.p.call("POST", "/v1/responses", o.body(id)); a.status != 201 && a.status != 200 {
			o.t.Errorf("the repeat of %s: status %d: %s", id, a.status, a.body)
		}
	}
	m := o.p.want(200, "GET", "/v1/maps/"+o.mapID, "").object(o.t)
	if m["title"] != "Shop" && m["title"] != "Changed" {
		o.t.Errorf("the map's title is %v", m["title"])
	}
	o.p.waitRolledUp()
	o.p.verify(args...)
	o.t.Logf("%d acknowledged, 0 lost; %d refused: %v", len(o.taken), len(o.refused), o.slugs)
	if code := o.p.stop(); code != 0 {
		o.t.Errorf("a graceful stop gave exit code %d\n%s", code, o.p.log)
	}
	if strings.Contains(o.p.log.String(), "because because") || strings.Contains(o.p.log.String(), adminKey[8:]) {
		o.t.Errorf("attack 53: an answer or a key is in the log:\n%.2000s", o.p.log)
	}
	if strings.Contains(o.p.log.String(), "panic") {
		o.t.Errorf("something panicked:\n%s", o.p.log)
	}
}
