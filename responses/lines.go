package responses

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"waymark/surveys/fault"
	"waymark/surveys/rest"
)

// What waits between reading and storing is bounded by lines and by bytes; one
// group holds no more than that either.
const (
	batchGroup = 500
	batchBytes = 4 << 20
)

type line struct {
	number int
	size   int // bytes as they were sent
	sub    *Submission
	err    error
}

// lineQueue hands lines from the reader to the store in groups as large as
// what arrived meanwhile: a slow sender's line goes alone and at once, a fast
// one's share a commit.
type lineQueue struct {
	mu      sync.Mutex
	changed *sync.Cond
	lines   []line
	bytes   int
	ended   bool // nothing more is put
	gone    bool // nothing more is taken
}

func newLineQueue() *lineQueue {
	q := &lineQueue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// put waits for room; false means that nobody takes lines any more.
func (q *lineQueue) put(l line) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.gone && (len(q.lines) >= batchGroup || len(q.lines) > 0 && q.bytes+l.size > batchBytes) {
		q.changed.Wait()
	}
	if q.gone {
		return false
	}
	q.lines, q.bytes = append(q.lines, l), q.bytes+l.size
	q.changed.Broadcast()
	return true
}

// take waits for lines and gives all there are; nil at the end.
func (q *lineQueue) take() []line {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.lines) == 0 && !q.ended {
		q.changed.Wait()
	}
	group := q.lines
	q.lines, q.bytes = nil, 0
	q.changed.Broadcast()
	return group
}

func (q *lineQueue) end()     { q.mark(&q.ended) }
func (q *lineQueue) abandon() { q.mark(&q.gone) }

func (q *lineQueue) mark(flag *bool) {
	q.mu.Lock()
	*flag = true
	q.changed.Broadcast()
	q.mu.Unlock()
}

// readLines gives each line that is not blank and ends in a line feed to put,
// until put says no. An unfinished last line is left out.
func readLines(in io.Reader, put func(line) bool) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var buf []byte
	for number := 1; ; number++ {
		buf = buf[:0]
		size, long := 0, false
		for {
			part, err := r.ReadSlice('\n')
			size += len(part)
			if !long {
				if buf = append(buf, part...); len(buf) > rest.MaxAnswer+len("\r\n") {
					long, buf = true, buf[:0]
				}
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			break
		}
		l := line{number: number, size: min(size, rest.MaxAnswer)}
		text := bytes.TrimSpace(buf)
		switch {
		case long, len(bytes.TrimRight(buf, "\r\n")) > rest.MaxAnswer:
			l.err = fault.New(fault.TooLarge, "line-too-large", "The line is larger than %d bytes.", rest.MaxAnswer)
		case len(text) == 0:
			continue
		default:
			l.sub, l.err = ParseSubmission(text)
		}
		if !put(l) {
			return nil
		}
	}
}
