package main

import (
	"testing"
	"time"
)

func TestProgressIsLinesNowAndThenWhereNoTerminalIs(t *testing.T) {
	var b text
	p := newProgress(env{stderr: &b}, 0)
	for i := range 1000 {
		p.say("%d responses", i)
	}
	p.last = p.last.Add(-time.Minute)
	p.say("%d responses", 1000)
	p.clear()
	if got := b.String(); got != "0 responses\n1000 responses\n" {
		t.Errorf("a file gets %q", got)
	}
	b.b.Reset()
	p.on, p.last = true, time.Time{}
	p.say("%d responses", 1)
	p.say("%d responses", 2)
	p.clear()
	if got := b.String(); got != "\r\x1b[K1 responses \r\x1b[K" {
		t.Errorf("a terminal gets %q", got)
	}
}
