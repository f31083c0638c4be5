package responses

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/go-json-experiment/json"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
)

// batchGroup bounds how many lines share one commit, and so the memory.
const batchGroup = 500

type line struct {
	number int
	sub    *Submission
	err    error
}

type result struct {
	Line    int    `json:"line"`
	Status  int    `json:"status"`
	ID      string `json:"id,omitzero"`
	Problem any    `json:"problem,omitzero"`
}

// RunBatch reads submissions line by line, takes them in groups, and writes
// one result for each line that is not blank, in order, each after its line
// is durable. An unfinished last line is not taken. It stops at the first
// error of reading, writing or the engine.
func (s *Service) RunBatch(ctx context.Context, ws ident.Workspace, in io.Reader, out io.Writer, via Via, problem func(error) (int, any)) error {
	lines := make(chan line, batchGroup)
	readErr := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer close(lines)
		readErr <- readLines(ctx, in, lines)
	}()
	var group []line
	for first := range lines {
		group = append(group[:0], first)
	fill:
		for len(group) < batchGroup {
			select {
			case l, ok := <-lines:
				if !ok {
					break fill
				}
				group = append(group, l)
			default:
				break fill
			}
		}
		if err := s.takeGroup(ctx, ws, group, out, via, problem); err != nil {
			return err
		}
	}
	return <-readErr
}

func (s *Service) takeGroup(ctx context.Context, ws ident.Workspace, group []line, out io.Writer, via Via, problem func(error) (int, any)) error {
	subs := make([]*Submission, len(group))
	for i, l := range group {
		subs[i] = l.sub
	}
	taken, err := s.TakeMany(ctx, ws, subs, func(int) string { return ident.New("rsp") }, via)
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

// readLines sends each line that is not blank and ends in a line feed.
func readLines(ctx context.Context, in io.Reader, lines chan<- line) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var buf []byte
	for number := 1; ; number++ {
		buf = buf[:0]
		long := false
		for {
			part, err := r.ReadSlice('\n')
			if !long {
				if buf = append(buf, part...); len(buf) > rest.MaxAnswer+1 {
					long, buf = true, buf[:0]
				}
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if errors.Is(err, io.EOF) {
				return nil // an unfinished last line is not taken
			}
			if err != nil {
				return err
			}
			break
		}
		l := line{number: number}
		text := bytes.TrimSpace(buf)
		switch {
		case long:
			l.err = fault.New(fault.TooLarge, "line-too-large", "The line is larger than %d bytes.", rest.MaxAnswer)
		case len(text) == 0:
			continue
		default:
			l.sub, l.err = ParseSubmission(text)
		}
		select {
		case lines <- l:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// batch runs a batch and gives the stream of its results. What the client
// does not take yet waits in a temporary file, so that a client need not read
// while it sends.
func (h HTTP) batch(ctx context.Context, ws ident.Workspace, in io.Reader) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	sp := newSpool(cancel)
	go func() {
		err := h.RunBatch(ctx, ws, in, sp, Via{Channel: "api"}, h.Problem)
		sp.finish(err)
	}()
	return sp
}

// spool is a pipe without end: the writer never waits for the reader.
type spool struct {
	mu       sync.Mutex
	more     *sync.Cond
	file     *os.File // from the first byte that nobody waited for
	written  int64
	read     int64
	done     bool
	err      error
	cancel   context.CancelFunc
	finished chan struct{}
}

func newSpool(cancel context.CancelFunc) *spool {
	s := &spool{cancel: cancel, finished: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	return s
}

func (s *spool) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		f, err := os.CreateTemp("", "waymark-batch-*")
		if err != nil {
			return 0, err
		}
		_ = os.Remove(f.Name()) // it goes with the last handle
		s.file = f
	}
	n, err := s.file.WriteAt(b, s.written)
	s.written += int64(n)
	s.more.Broadcast()
	return n, err
}

func (s *spool) finish(err error) {
	s.mu.Lock()
	s.done, s.err = true, err
	s.more.Broadcast()
	s.mu.Unlock()
	close(s.finished)
}

func (s *spool) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.read == s.written && !s.done {
		s.more.Wait()
	}
	if s.read == s.written {
		if s.err != nil {
			return 0, s.err
		}
		return 0, io.EOF
	}
	if most := s.written - s.read; int64(len(b)) > most {
		b = b[:most]
	}
	n, err := s.file.ReadAt(b, s.read)
	s.read += int64(n)
	return n, err
}

// Close ends the batch and waits for it: the request's body must not be read
// once the request is given back.
func (s *spool) Close() error {
	s.cancel()
	<-s.finished
	if s.file != nil {
		return s.file.Close()
	}
	return nil
}
