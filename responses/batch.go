package responses

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/go-json-experiment/json"

	"waymark/surveys/ident"
)

// groupTime bounds one group's way into the store.
const groupTime = 15 * time.Second

type result struct {
	Line    int    `json:"line"`
	Status  int    `json:"status"`
	ID      string `json:"id,omitzero"`
	Problem any    `json:"problem,omitzero"`
}

// RunBatch reads submissions line by line, takes them in groups, and writes
// one result for each line that is not blank, in order, each after its line
// is durable. An unfinished last line is not taken. Where the store fails, the
// lines of that group say so and the next group is tried. It stops at the
// first error of reading or writing; every line read before has its result.
func (s *Service) RunBatch(ctx context.Context, ws ident.Workspace, in io.Reader, out io.Writer, via Via, problem func(error) (int, any)) error {
	q := newLineQueue()
	readErr := make(chan error, 1)
	go func() {
		err := readLines(in, q.put)
		q.end()
		readErr <- err
	}()
	for {
		group := q.take()
		if group == nil {
			return <-readErr
		}
		err := s.takeGroup(ctx, ws, group, out, via, problem)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			q.abandon() // the reader ends at its next line
			<-readErr
			return err
		}
	}
}

func (s *Service) takeGroup(ctx context.Context, ws ident.Workspace, group []line, out io.Writer, via Via, problem func(error) (int, any)) error {
	subs := make([]*Submission, len(group))
	for i, l := range group {
		subs[i] = l.sub
	}
	c, cancel := context.WithTimeout(ctx, groupTime)
	taken, err := s.TakeMany(c, ws, subs, func(int) string { return ident.New("rsp") }, via)
	cancel()
	var b bytes.Buffer
	for i, l := range group {
		r := result{Line: l.number}
		fail := l.err
		switch {
		case fail != nil:
		case err != nil:
			fail = err
		case taken[i].Err != nil:
			fail = taken[i].Err
		case taken[i].Created:
			r.Status, r.ID = 201, taken[i].Response.ID
		default:
			r.Status, r.ID = 200, taken[i].Response.ID
		}
		if fail != nil {
			r.Status, r.Problem = problem(fail)
		}
		if err := json.MarshalWrite(&b, r, json.Deterministic(true)); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	_, err = out.Write(b.Bytes())
	return err
}

// batch runs a batch and gives the stream of its results. What the client
// does not take yet waits in the spool, so that a client need not read while
// it sends.
func (h HTTP) batch(ctx context.Context, ws ident.Workspace, in io.Reader) *spool {
	ctx, cancel := context.WithCancel(ctx)
	sp := newSpool(cancel)
	go func() {
		defer cancel()
		// An error after the first result cuts the stream: only an unfinished
		// answer tells that lines are missing.
		sp.finish(h.RunBatch(ctx, ws, in, sp, Via{Channel: "api"}, h.Problem))
	}()
	return sp
}
