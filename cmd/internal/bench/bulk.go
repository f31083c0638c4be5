package bench

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"waymark/cmd/internal/app"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// bulk is a store of two surveys with as many responses of 90 days each. Those
// of the first came in the order in which they were given, as customers send
// them; those of the second did not, as imports may be: neighbours in time
// lie far apart in the file.
type bulk struct {
	app     *app.App
	ws      ident.Workspace
	surveys []string
	file    string
	n       int
}

var came = []string{"came in the order of time", "came shuffled"}

const bulkDays = 90

// openBulk fills such a store; its surveys have no cells yet.
func openBulk(ctx context.Context, e *Env) (*bulk, error) {
	dir := filepath.Join(e.Dir, "data")
	a, err := openHere(ctx, e, dir)
	if err != nil {
		return nil, err
	}
	b := &bulk{app: a, file: app.DatabaseFile(dir), n: Times(e, 1_000_000, 5_000)}
	if err := b.fill(ctx, e); err != nil {
		return nil, errors.Join(err, b.close(ctx))
	}
	return b, nil
}

func (b *bulk) fill(ctx context.Context, e *Env) error {
	ws, a, err := askHere(ctx, b.app, len(came))
	if err != nil {
		return err
	}
	b.ws, b.surveys = ws, a.Surveys
	from := time.Now().UTC().Add(-bulkDays * 24 * time.Hour)
	step := bulkDays * 24 * time.Hour / time.Duration(b.n)
	for k, survey := range b.surveys {
		f := filling{app: b.app, ws: ws, a: asked{Map: a.Map, Surveys: []string{survey}}, seed: uint64(k + 1), at: func(i int) when.Time {
			if k == 1 {
				i = i * 611_953 % b.n // a prime that does not divide n: every place once
			}
			return when.Of(from.Add(time.Duration(i) * step))
		}}
		if err := f.run(ctx, b.n, func(done int) { e.Progress("storing %d of %d responses that %s", done, b.n, came[k]) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) close(ctx context.Context) error { return b.app.Close(context.WithoutCancel(ctx)) }

// The columns that cells are counted from, and those that an export shows.
const (
	countedColumns = "id, version, status, occurred_at, answers, properties"
	shownColumns   = "id, survey, version, status, occurred_at, received_at, answers, properties, respondent, more"
)

// bare reads the columns of every response with the driver and does nothing
// with them: all rows in the order in which they lie, by one reader.
func (b *bulk) bare(ctx context.Context, columns string) (r rate, err error) {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: b.file}).EscapedPath(), RawQuery: "_pragma=busy_timeout(10000)&_pragma=query_only(ON)&_pragma=cache_size(-8000)"}
	db, err := sql.Open("sqlite", name.String()) // the driver that the store registers
	if err != nil {
		return r, fmt.Errorf("opening the store to read it bare: %w", err)
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	rows, err := db.QueryContext(ctx, "SELECT "+columns+" FROM responses NOT INDEXED")
	if err != nil {
		return r, fmt.Errorf("reading the rows bare: %w", err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return r, fmt.Errorf("reading the rows bare: %w", err)
	}
	cells := make([]sql.RawBytes, len(names))
	into := make([]any, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return r, fmt.Errorf("reading the rows bare: %w", err)
		}
		r.n++
	}
	r.time = time.Since(began)
	if err := rows.Err(); err != nil {
		return r, fmt.Errorf("reading the rows bare: %w", err)
	}
	if want := int64(len(b.surveys) * b.n); r.n != want {
		return r, fmt.Errorf("reading the rows bare: there are %d, and %d were stored", r.n, want)
	}
	return r, nil
}

// child is what became of a command that ran as a process of its own.
type child struct {
	time  time.Duration // from its start to the end of its output
	lines int64
	peak  float64 // its memory at most, in MB; 0 where that cannot be told
}

// run runs the program to its end, counts the lines it writes and watches
// its memory.
func (e *Env) run(ctx context.Context, args ...string) (c child, err error) {
	var said tail
	cmd := exec.CommandContext(ctx, e.Program, args...)
	cmd.Env, cmd.Stderr, cmd.WaitDelay = environment(), &said, 10*time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return c, fmt.Errorf("starting %s: %w", args[0], err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return c, fmt.Errorf("starting %s: %w", args[0], err)
	}
	peak := watchMemory(cmd.Process.Pid)
	c.lines, err = countLines(out)
	c.time, c.peak = time.Since(began), peak()
	if err = errors.Join(err, cmd.Wait()); err != nil {
		return c, fmt.Errorf("running %s: %w: %s", args[0], err, &said)
	}
	return c, nil
}

func countLines(r io.Reader) (n int64, err error) {
	buf := make([]byte, 256<<10)
	for {
		k, err := r.Read(buf)
		n += int64(bytes.Count(buf[:k], []byte{'\n'}))
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// watchMemory reads a process's highest memory now and then until the
// function it gives is called, which tells it. Calling that twice is harmless.
func watchMemory(pid int) (stop func() float64) {
	var peak float64
	look := func() {
		if v, err := PeakResident(strconv.Itoa(pid)); err == nil {
			peak = max(peak, v)
		}
	}
	ended, end := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			look()
			select {
			case <-ended.Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	return func() float64 {
		end()
		wg.Wait()
		look()
		return peak
	}
}

// memory is a figure of a process's highest memory.
func memory(what string, peak float64, goal *Goal, note string) Figure {
	f := Figure{What: what, Value: peak, Unit: "MB", Goal: goal, Note: note}
	if peak == 0 {
		f.Missing = "only Linux tells a process's memory"
	}
	return f
}
