package responses

import (
	"context"
	"io"
	"os"
	"sync"
)

// spoolMemory is how much waits in memory before a temporary file is made, and
// spoolFile how large that grows: a line of two bytes has a result of a hundred,
// and a sender who reads none of them must not fill the disk.
const (
	spoolMemory = 256 << 10
	spoolFile   = 1 << 30
)

// spool is a pipe whose writer hardly ever waits for the reader. What is not
// read yet waits in memory first and then in a temporary file; only where that
// is full the writer waits until all of it was read.
type spool struct {
	mu       sync.Mutex
	more     *sync.Cond
	memory   []byte // read before the file
	file     *os.File
	written  int64 // bytes in the file
	read     int64 // of them read
	any      bool  // something was written at all
	most     int64
	closed   bool // nobody reads any more
	done     bool
	err      error
	cancel   context.CancelFunc
	finished chan struct{}
}

func newSpool(cancel context.CancelFunc) *spool {
	s := &spool{cancel: cancel, finished: make(chan struct{}), most: spoolFile}
	s.more = sync.NewCond(&s.mu)
	return s
}

// Write keeps b until it is read; it fails where the file cannot grow, and
// where it waits for a reader who is gone.
func (s *spool) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.any = s.any || len(b) > 0
	defer s.more.Broadcast()
	if s.read == s.written && len(s.memory)+len(b) <= spoolMemory {
		s.memory = append(s.memory, b...)
		return len(b), nil
	}
	for s.written >= s.most && !s.closed {
		s.more.Wait()
	}
	if s.closed {
		return 0, io.ErrClosedPipe
	}
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
	return n, err
}

// finish ends the stream; err is what the reader gets at its end.
func (s *spool) finish(err error) {
	s.mu.Lock()
	s.done, s.err = true, err
	s.more.Broadcast()
	s.mu.Unlock()
	close(s.finished)
}

// begun waits for the first byte or the end, and gives the error of an end
// that came before any byte.
func (s *spool) begun() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.any && !s.done {
		s.more.Wait()
	}
	if s.any {
		return nil
	}
	return s.err
}

// Read waits for bytes.
func (s *spool) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.memory) == 0 && s.read == s.written && !s.done {
		s.more.Wait()
	}
	if len(s.memory) > 0 {
		n := copy(b, s.memory)
		if s.memory = s.memory[n:]; len(s.memory) == 0 {
			s.memory = nil
		}
		return n, nil
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
	if s.read == s.written { // the disk gets back what was read
		s.read, s.written = 0, 0
		if err == nil {
			err = s.file.Truncate(0)
		}
		s.more.Broadcast() // to a writer who waits for room
	}
	return n, err
}

// Close ends the batch and waits for it: the request's body must not be read
// once the request is given back.
func (s *spool) Close() error {
	s.mu.Lock()
	s.closed = true
	s.more.Broadcast()
	s.mu.Unlock()
	s.cancel()
	<-s.finished
	if s.file != nil {
		return s.file.Close()
	}
	return nil
}
