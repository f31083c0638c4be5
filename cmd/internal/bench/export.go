package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"waymark/responses"
)

// maxExportMemory is in megabytes.
const maxExportMemory = 100

// exporting writes every response of a survey out, as the command does in a
// process of its own and as a server does over HTTP, and watches the memory
// of both. Reading the same rows bare, in turns with it, is what the same
// machine could do at most with one reader.
func exporting() Measurement {
	return Measurement{Name: "export", What: "writing out every response of a survey", Run: measureExport}
}

func measureExport(ctx context.Context, e *Env) ([]Figure, error) {
	b, err := openBulk(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := b.close(ctx); err != nil {
		return nil, err
	}
	var out []Figure
	var bare rate
	peak := 0.0
	formats := []responses.Format{responses.CSV, responses.NDJSON}
	var slowest rate
	for k := range b.surveys {
		for _, f := range formats {
			e.Progress("%s of those that %s", f, came[k])
			r, err := b.bare(ctx, shownColumns)
			if err != nil {
				return nil, err
			}
			bare.add(r)
			c, err := e.run(ctx, "export", "responses", "--survey", b.surveys[k], "--format", string(f), "--data", filepath.Dir(b.file))
			if err != nil {
				return nil, err
			}
			if r, err = b.exported(c.lines, f, c.time); err != nil {
				return nil, err
			}
			if peak = max(peak, c.peak); slowest.n == 0 || r.time > slowest.time {
				slowest = r
			}
			out = append(out, Figure{What: fmt.Sprintf("`export` of %s responses that %s, %s", amount(float64(b.n), ""), came[k], f), Value: r.perSecond(), Unit: "a second", Goal: AtLeast(100_000)})
		}
	}
	out = append(out,
		Figure{What: "the slowest of them against reading the rows and nothing else", Value: slowest.perSecond(), Unit: "a second",
			Limit: &Limit{What: "same driver, one reader, in the order in which they lie", Value: bare.perSecond(), Unit: "a second"}},
		memory("memory of `export`", peak, AtMost(maxExportMemory), "resident at most"))
	served, err := b.serveExports(ctx, e, formats)
	return append(out, served...), err
}

// exported checks that everything came.
func (b *bulk) exported(lines int64, f responses.Format, took time.Duration) (rate, error) {
	if f == responses.CSV {
		lines-- // its head
	}
	if lines != int64(b.n) {
		return rate{}, fmt.Errorf("exporting %s: %d responses came, and %d are stored", f, lines, b.n)
	}
	return rate{lines, took}, nil
}

// serveExports exports over HTTP.
func (b *bulk) serveExports(ctx context.Context, e *Env, formats []responses.Format) (out []Figure, err error) {
	s, err := Serve(ctx, e, filepath.Dir(b.file))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	peak := watchMemory(s.PID)
	defer peak()
	for _, f := range formats {
		e.Progress("%s over HTTP", f)
		began := time.Now()
		lines, err := s.export(ctx, b.surveys[0], f)
		if err != nil {
			return nil, err
		}
		r, err := b.exported(lines, f, time.Since(began))
		if err != nil {
			return nil, err
		}
		out = append(out, Figure{What: fmt.Sprintf("the same over HTTP, in the order of time, %s", f), Value: r.perSecond(), Unit: "a second", Goal: AtLeast(100_000)})
	}
	return append(out, memory("memory of `serve` that exports them", peak(), AtMost(maxExportMemory), "resident at most")), nil
}

func (s *Server) export(ctx context.Context, survey string, f responses.Format) (lines int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/v1/responses/export."+string(f)+"?survey="+survey, nil)
	if err != nil {
		return 0, fmt.Errorf("asking for an export: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("asking for an export: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("asking for an export: %s", res.Status)
	}
	if lines, err = countLines(res.Body); err != nil {
		return 0, fmt.Errorf("reading an export: %w", err)
	}
	return lines, nil
}
