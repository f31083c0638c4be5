package e2e

import (
	"syscall"
	"testing"
)

func TestAttack60AnswersAreTakenWhileRedisIsGoneAndRolledUpWhenItIsBack(t *testing.T) {
	r := newRedis(t)
	args := []string{"--data", t.TempDir(), "--redis", r.url()}
	p := startWith(t, args, nil)
	o := strain(t, p)
	o.ready(200, `"degraded":[]`)
	r.stop()
	o.ready(200, `"degraded":["redis"]`)
	taken := len(o.taken)
	o.await("answers are taken", func() bool { return len(o.taken) >= taken+100 })
	r.start()
	o.back(args...)
	if len(o.refused) > 0 {
		t.Errorf("%d answers were refused, though only Redis was gone", len(o.refused))
	}
}

func TestAttack60AServerThatStartsWithoutRedisIsDegradedAndCatchesUp(t *testing.T) {
	r := newRedis(t)
	r.stop()
	args := []string{"--data", t.TempDir(), "--redis", r.url()}
	p := startWith(t, args, nil)
	o := strain(t, p)
	o.ready(200, `"degraded":["redis"]`)
	r.start()
	o.back(args...)
}

func TestAttack60ARedisThatHangsIsToldWithoutTraffic(t *testing.T) {
	r := newRedis(t)
	p := startWith(t, []string{"--data", t.TempDir(), "--redis", r.url()}, nil)
	o := &outage{t: t, p: p}
	o.ready(200, `"degraded":[]`)
	_ = r.cmd.Process.Signal(syscall.SIGSTOP)
	o.ready(200, `"degraded":["redis"]`)
	_ = r.cmd.Process.Signal(syscall.SIGCONT)
	o.ready(200, `"degraded":[]`)
}
