package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"waymark/surveys/when"
)

const (
	scoresStages = 6
	scoresDays   = 90
)

// reading holds the time it takes to read a map's scores, over HTTP, for the
// last 90 days and one value of a segment, against the same in a store that
// holds nothing else. Both stores have the same 10^4 responses in the window,
// in six stages; the large one has 10^6 more in the 90 days before it. The two
// servers are asked in turns, one request at a time, so that what else the
// machine does hits both; the first reads, which meet a server that has read
// nothing yet, are not counted. Then those 10^6 are asked for, which is reported.
func reading() Measurement {
	return Measurement{Name: "scores", What: "reading a map's scores, whatever is stored", Run: measureReading}
}

func measureReading(ctx context.Context, e *Env) (_ []Figure, err error) {
	window, more, reads := Times(e, 10_000, 1_000), Times(e, 1_000_000, 5_000), Times(e, 3_000, 50)
	end := time.Now().UTC()
	small, err := openFilled(ctx, e, "small", end, window, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, small.s.Stop()) }()
	large, err := openFilled(ctx, e, "large", end, window, more)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, large.s.Stop()) }()
	var inSmall, inLarge, inAll Latencies
	before := when.Of(end.AddDate(0, 0, -scoresDays))
	old := "?" + url.Values{"from": {before.Add(-scoresDays * 24 * time.Hour).String()}, "to": {before.String()}}.Encode() + "&"
	for i := -warm * len(states); i < reads; i++ {
		if i == 0 {
			inSmall, inLarge, inAll = Latencies{}, Latencies{}, Latencies{}
		}
		if i%100 == 0 {
			e.Progress("read %d of %d times", max(i, 0), reads)
		}
		state := "segment=state:" + states[(i+warm*len(states))%len(states)]
		a, err := small.read(ctx, "?"+state, &inSmall)
		if err != nil {
			return nil, err
		}
		b, err := large.read(ctx, "?"+state, &inLarge)
		if err != nil {
			return nil, err
		}
		all, err := large.read(ctx, old+state, &inAll)
		if err != nil {
			return nil, err
		}
		if a != b || int(a) < window/len(states)*8/10 || int(all) < more/len(states)*8/10 {
			return nil, fmt.Errorf("the scores count %d responses, in the large store %d, before them %d: not what was stored", a, b, all)
		}
	}
	told := func(l *Latencies) string { return "p50 " + amount(l.Millis(0.5), "ms") }
	return []Figure{
		{What: fmt.Sprintf("reading scores of 90 days with a segment, %s responses in the window: p99 with %s stored", amount(float64(window), ""), amount(float64(window+more), "")),
			Value: inLarge.Millis(0.99), Unit: "ms", Limit: &Limit{What: "p99 with those in the window alone", Value: inSmall.Millis(0.99), Unit: "ms"}, Goal: AtMost(1.2),
			Note: fmt.Sprintf("%s, alone %s; %d reads each, in turns", told(&inLarge), told(&inSmall), reads)},
		{What: fmt.Sprintf("reading scores of 90 days with a segment, %s responses in the window: p99", amount(float64(more), "")), Value: inAll.Millis(0.99), Unit: "ms", Note: told(&inAll)},
	}, nil
}

// filled is a server on a store of our making.
type filled struct {
	s     *Server
	a     asked
	lines map[string]*scores
}

// openFilled fills a store with responses of the 90 days before end, all of
// them some hours away from the edges, and with older ones of the 90 days before
// those, and starts a server on it.
func openFilled(ctx context.Context, e *Env, dir string, end time.Time, window, more int) (_ *filled, err error) {
	dir = filepath.Join(e.Dir, dir)
	app, err := openHere(ctx, e, dir)
	if err != nil {
		return nil, err
	}
	ws, a, err := askHere(ctx, app, scoresStages)
	if err == nil {
		spread := func(days, of int) func(int) when.Time {
			from := end.AddDate(0, 0, -days).Add(6 * time.Hour)
			return func(i int) when.Time {
				return when.Of(from.Add(time.Duration(float64(i) / float64(of) * float64((scoresDays*24-12)*time.Hour))))
			}
		}
		f := filling{app: app, ws: ws, a: a, at: spread(2*scoresDays, more), seed: 2}
		told := func(what string, of int) func(int) {
			return func(n int) { e.Progress("%s %d of %d responses", what, n, of) }
		}
		err = f.run(ctx, more, told("storing", more))
		if err == nil {
			f.at, f.seed = spread(scoresDays, window), 1
			err = f.run(ctx, window, told("storing", window))
		}
		if err == nil {
			err = f.cells(ctx, told("counting", window+more))
		}
	}
	if err = errors.Join(err, app.Close(context.WithoutCancel(ctx))); err != nil {
		return nil, err
	}
	s, err := Serve(ctx, e, dir)
	if err != nil {
		return nil, err
	}
	return &filled{s: s, a: a, lines: map[string]*scores{}}, nil
}

// read reads scores once.
func (f *filled) read(ctx context.Context, query string, l *Latencies) (n int64, err error) {
	line := f.lines[query]
	if line == nil {
		if line, err = f.s.scores(ctx, f.a, query); err != nil {
			return 0, err
		}
		f.lines[query] = line
	}
	got, err := line.read()
	l.Add(got.took)
	return got.n, err
}
