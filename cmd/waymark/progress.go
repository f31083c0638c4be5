package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// progress draws a bar on standard error where that is a terminal.
type progress struct {
	e     env
	size  int64 // bytes; 0 unknown
	began time.Time
	last  time.Time
	drawn bool
	on    bool
}

func newProgress(e env, size int64) *progress {
	p := &progress{e: e, size: size, began: time.Now()}
	if f, ok := e.stderr.(*os.File); ok {
		st, err := f.Stat()
		p.on = err == nil && st.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) show(rows int, read int64) {
	now := time.Now()
	if !p.on || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.drawn = now, true
	spent := now.Sub(p.began)
	rate := float64(rows) / spent.Seconds()
	if p.size <= 0 {
		fmt.Fprintf(p.e.stderr, "\r%d rows, %.0f a second ", rows, rate)
		return
	}
	part := min(float64(read)/float64(p.size), 1)
	left := time.Duration(float64(spent) * (1 - part) / max(part, 1e-6)).Round(time.Second)
	full := int(part * 30)
	fmt.Fprintf(p.e.stderr, "\r[%s%s] %3.0f %%  %d rows, %.0f a second, %s left ", strings.Repeat("#", full), strings.Repeat(".", 30-full), part*100, rows, rate, left)
}

// clear makes room for another line.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.e.stderr, "\r\x1b[K")
		p.drawn = false
	}
}
