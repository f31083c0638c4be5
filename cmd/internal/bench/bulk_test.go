package bench

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAProcessIsWatchedToItsEnd(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	e := Env{Program: sh}
	c, err := e.run(t.Context(), "-c", "echo a; echo b; sleep 0.1; printf c")
	if err != nil || c.lines != 2 || c.time.Milliseconds() < 90 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, perr := Resident("self"); perr == nil && c.peak <= 0 {
		t.Errorf("its memory was %v MB", c.peak)
	}
	if _, err := e.run(t.Context(), "-c", "echo it is full >&2; exit 3"); err == nil || !strings.Contains(err.Error(), "it is full") {
		t.Errorf("a process that failed: %v", err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := e.run(ended, "-c", "sleep 60"); err == nil {
		t.Error("a process outlived its context")
	}
}

func TestLinesAreCountedWhateverThePieces(t *testing.T) {
	text := strings.Repeat("one\n\ntwo\n", 50_000) + "no end"
	for name, r := range map[string]func() (int64, error){
		"whole":       func() (int64, error) { return countLines(strings.NewReader(text)) },
		"in pieces":   func() (int64, error) { return countLines(iotest.HalfReader(strings.NewReader(text))) },
		"end with it": func() (int64, error) { return countLines(iotest.DataErrReader(strings.NewReader(text))) },
	} {
		if n, err := r(); err != nil || n != 150_000 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if _, err := countLines(iotest.ErrReader(context.Canceled)); err == nil {
		t.Error("a broken stream counts as whole")
	}
}
