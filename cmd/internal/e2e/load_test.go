package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// load is customers of two api processes, who answer one by one and in
// batches until they are told to stop, through kills and restarts. FerretDB
// holds 2,000 documents well: most requests repeat an answer, which must then
// be known, so that new ones come until the end of a round.
type load struct {
	t      *testing.T
	survey string
	apis   [2]atomic.Pointer[program]

	flying       [2]atomic.Int64 // requests under way
	answered     atomic.Int64    // answers, also repeated ones, that were said to be stored
	cut          atomic.Int64    // requests that a kill cut off
	withoutRedis int64

	mu           sync.Mutex
	acknowledged map[string]bool
	killed       map[*program]bool

	stop      chan struct{}
	customers sync.WaitGroup
}

const (
	ownAnswers = 30 // of a customer in a round
	ownRounds  = 10 // with answers of their own; later ones repeat theirs
	batchLines = 5
	repeats    = 5 // of an answer, until the next new one
)

func newLoad(t *testing.T, survey string, apis ...*program) *load {
	l := &load{t: t, survey: survey, acknowledged: map[string]bool{}, killed: map[*program]bool{}}
	for i, p := range apis {
		l.apis[i].Store(p)
	}
	return l
}

// begin sets two customers who answer singly and one who sends batches on each api.
func (l *load) begin(round int) {
	l.stop = make(chan struct{})
	for api := range l.apis {
		for customer, lines := range []int{1, 1, batchLines} {
			l.customers.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-l.stop:
						return
					case <-time.After(5 * time.Millisecond):
					}
					var ids []string
					fresh := n / (repeats * lines) * lines
					for i := range lines {
						ids = append(ids, fmt.Sprintf("r%d-%d-%d-%d", round%ownRounds, api, customer, (fresh+i)%ownAnswers))
					}
					l.send(api, ids)
				}
			})
		}
	}
}

func (l *load) end() {
	close(l.stop)
	l.customers.Wait()
}

func (l *load) send(api int, ids []string) {
	p := l.apis[api].Load()
	var body strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&body, `{"survey":%q,"id":%q,"answers":{"sat":%d}}`+"\n", l.survey, id, 1+len(id)%5)
	}
	path, kind := "/v1/responses", "application/json"
	if len(ids) > 1 {
		path, kind = "/v1/responses/batch", "application/x-ndjson"
	}
	l.flying[api].Add(1)
	a, err := p.try("POST", path, strings.NewReader(body.String()), "Content-Type", kind)
	l.flying[api].Add(-1)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
	case !l.killed[p]:
		l.t.Errorf("a process that lives gave no answer: %v", err)
	case !errors.Is(err, syscall.ECONNREFUSED):
		l.cut.Add(1)
	}
	if len(ids) == 1 {
		if err == nil {
			l.note(ids[0], a.status, a.body)
		}
		return
	}
	// A result that arrived is an acknowledgement, however the stream ended.
	for line := range bytes.Lines(a.body) {
		var r struct{ Line, Status int }
		if json.Unmarshal(line, &r) == nil && r.Line >= 1 && r.Line <= len(ids) {
			l.note(ids[r.Line-1], r.Status, line)
		} else if err == nil {
			l.t.Errorf("a batch's result: %s", line)
		}
	}
}

func (l *load) note(id string, status int, body []byte) {
	switch {
	case status == 201 && l.acknowledged[id]:
		l.t.Errorf("%s was taken twice", id)
	case status == 201, status == 200: // 200: known, also from a request that was cut off
		l.acknowledged[id] = true
		l.answered.Add(1)
	default:
		l.t.Errorf("%s: status %d: %s", id, status, body)
	}
}

// kill ends an api while it has a request in hand.
func (l *load) kill(api int) {
	l.t.Helper()
	p := l.apis[api].Load()
	l.mu.Lock()
	l.killed[p] = true
	l.mu.Unlock()
	for end := time.Now().Add(10 * time.Second); l.flying[api].Load() == 0; time.Sleep(50 * time.Microsecond) {
		if time.Now().After(end) {
			l.t.Fatal("no request is under way")
		}
	}
	p.kill()
}

// goesOn waits until more answers were taken.
func (l *load) goesOn() {
	l.t.Helper()
	want := l.answered.Load() + 40
	for end := time.Now().Add(20 * time.Second); l.answered.Load() < want; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			l.t.Fatalf("the load stands still after %d answers", l.answered.Load())
		}
	}
}

// ready waits until every api that lives says so of itself.
func (l *load) ready(want string) {
	l.t.Helper()
	for api := range l.apis {
		p := l.apis[api].Load()
		l.mu.Lock()
		dead := l.killed[p]
		l.mu.Unlock()
		if !dead {
			(&outage{t: l.t, p: p}).ready(200, want)
		}
	}
}
