package e2e

import (
	"strings"
	"testing"
	"time"
)

func TestAttack60ARedisThatIsAwayIsToldInOneSentence(t *testing.T) {
	r := newRedis(t)
	p := startWith(t, []string{"--data", t.TempDir(), "--redis", r.url()}, nil)
	await := func(want string) {
		t.Helper()
		eventually(t, "/readyz says "+want, func() bool {
			a, err := p.try("GET", "/readyz", nil)
			return err == nil && a.status == 200 && strings.Contains(string(a.body), want)
		})
	}
	_, survey := p.survey()
	await(`"degraded":[]`)
	r.stop()
	await(`"degraded":["redis"]`)
	p.want(201, "POST", "/v1/responses", `{"survey":"`+survey+`","answers":{"sat":4}}`)
	time.Sleep(4 * time.Second) // long enough for Asynq, the sweep and go-redis to notice many times
	r.start()
	await(`"degraded":[]`)
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	// One complaint may slip in before the next sign of life fails.
	log := p.log.String()
	if strings.Count(log, "the queue cannot be reached") != 1 || strings.Count(log, "the queue is back") != 1 || strings.Count(log, "level=WARN")+strings.Count(log, "level=ERROR") > 2 ||
		strings.Contains(log, "pool.go") {
		t.Errorf("the log is\n%s", log)
	}
}
