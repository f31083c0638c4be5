package bench

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"waymark/surveys/engine"
	"waymark/surveys/ident"
)

// visible sends a thousand answers a second to one survey, whatever the server
// does meanwhile, and tells how long after its acknowledgment an answer is in
// the score of its stage, in the window of 90 days that people look at. The
// clock of an answer begins when its sender has read the acknowledgment and
// ends when a reader has read a score whose n includes it. Which answers n
// includes is found in two ways:
//
//   - Of all answers, by counting. Every answer that was stored before some
//     answer had been sent before that one's acknowledgment came. So an answer
//     counts as included once n reaches the number that had been sent by then:
//     never too early as long as a score holds no later answer before an
//     earlier one, and up to the number in flight too late. A count that
//     falls back later has not reached it yet.
//   - Of single answers, one by one, without that condition: each has a value
//     of the segment that only its sender uses; it is included once the score
//     of that segment counts one more than before. Between two of them the
//     sender pauses for a random time, so as not to fall into step.
//
// Readers ask again as soon as they have an answer, after a short pause that
// the times include.
func visible() Measurement {
	return Measurement{Name: "visible", What: "how soon an acknowledged answer is in the scores", Run: measureVisible}
}

func measureVisible(ctx context.Context, e *Env) ([]Figure, error) {
	out, err := visibleOn(ctx, e, "SQLite, queue in the process", "memory")
	if err != nil {
		return out, err
	}
	redis, rerr := exec.LookPath(redisProgram)
	if rerr != nil {
		out = append(out, unmeasured("SQLite, Redis", redisProgram+" is not on the path"))
	} else {
		more, err := withRedis(ctx, e, redis, "SQLite, Redis", "redis")
		if out = append(out, more...); err != nil {
			return out, err
		}
	}
	uri := e.Getenv("WAYMARK_TEST_MONGO_URI")
	switch {
	case uri == "":
		return append(out, unmeasured("MongoDB, Redis", "WAYMARK_TEST_MONGO_URI names none")), nil
	case rerr != nil:
		return append(out, unmeasured("MongoDB, Redis", redisProgram+" is not on the path")), nil
	}
	more, err := withMongo(ctx, e, redis, uri)
	return append(out, more...), err
}

func visibleName(engines string) string {
	return fmt.Sprintf("answer → visible score at %s, %s: p99", amount(visibleRate, "answers a second"), engines)
}

func unmeasured(engines, why string) Figure {
	return Figure{What: visibleName(engines), Goal: AtMost(1000), Unit: "ms", Missing: why}
}

func withRedis(ctx context.Context, e *Env, path, engines, dir string, args ...string) ([]Figure, error) {
	url, stop, err := startRedis(ctx, e, path)
	if err != nil {
		return nil, err
	}
	defer stop()
	return visibleOn(ctx, e, engines, dir, append(args, "--redis", url)...)
}

// withMongo measures in a database of its own, which it drops.
func withMongo(ctx context.Context, e *Env, redis, uri string) (_ []Figure, err error) {
	if uri, err = engine.WithDatabase(uri, ident.New("waymark_bench")); err != nil {
		return nil, err
	}
	m, err := engine.OpenMongo(ctx, uri)
	if err != nil {
		return nil, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, m.DB.Drop(ctx), m.Close(ctx))
	}()
	return withRedis(ctx, e, redis, "MongoDB, Redis", "mongo", "--mongo", uri)
}

// visibleOn measures on a server with these arguments.
func visibleOn(ctx context.Context, e *Env, engines, dir string, args ...string) (_ []Figure, err error) {
	s, err := Serve(ctx, e, filepath.Join(e.Dir, dir), args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	a, err := s.ask(ctx)
	if err != nil {
		return nil, err
	}
	w := &watch{s: s, a: a, length: Times(e, time.Minute, time.Second), told: func(sent int) { e.Progress("%s: %d answers", engines, sent) }}
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	all, alone := w.all(), w.alone()
	reached := float64(len(w.acks)) / w.took.Seconds()
	f := Figure{What: visibleName(engines), Value: all.Millis(0.99), Unit: "ms", Goal: AtMost(1000),
		Note: fmt.Sprintf("p50 %s, longest %s, of all %d answers in %.0f s; the server took %.0f %% of one processor", amount(all.Millis(0.5), "ms"), amount(all.Millis(1), "ms"), all.Len(), w.took.Seconds(), 100*w.cpu.Seconds()/w.took.Seconds())}
	if reached < 0.99*visibleRate {
		f.Note += fmt.Sprintf("; only %s were reached", amount(reached, "a second"))
	}
	one := Figure{What: visibleName(engines) + " of answers followed one by one", Value: alone.Millis(0.99), Unit: "ms", Goal: AtMost(1000),
		Note: fmt.Sprintf("p50 %s, longest %s, of %d answers", amount(alone.Millis(0.5), "ms"), amount(alone.Millis(1), "ms"), alone.Len())}
	return []Figure{f, one}, nil
}
