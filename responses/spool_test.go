package responses

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
)

func TestABatchMayBeSilentForAMinute(t *testing.T) { // api.md §1
	if got := (HTTP{}).silence(); got != 60*time.Second {
		t.Errorf("%v", got)
	}
	if got := (HTTP{Silence: time.Second}).silence(); got != time.Second {
		t.Errorf("%v, though a second was set", got)
	}
}

// fill writes pieces until the spool is read to the end, closed, or all is written.
func fill(s *spool, piece []byte, n int) <-chan error {
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < n && err == nil; i++ {
			_, err = s.Write(piece)
		}
		s.finish(err)
		done <- err
	}()
	return done
}

func TestASpoolGivesBackWhatWasWrittenThroughAFullFile(t *testing.T) {
	s := newSpool(func() {})
	s.most = 100_000
	piece := bytes.Repeat([]byte("0123456789"), 5000)
	done := fill(s, piece, 100)
	got, err := io.ReadAll(s)
	if err != nil || !bytes.Equal(got, bytes.Repeat(piece, 100)) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Two bytes of a batch have a result of a hundred: who never reads them must
// not fill the disk.
func TestASpoolThatNobodyReadsStopsGrowing(t *testing.T) {
	s := newSpool(func() {})
	s.most = 100_000
	piece := bytes.Repeat([]byte("x"), 50_000)
	done := fill(s, piece, 1000)
	select {
	case err := <-done:
		t.Fatalf("50 MB were kept: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	s.mu.Lock()
	i, err := s.file.Stat()
	s.mu.Unlock()
	if err != nil || i.Size() > s.most+int64(len(piece)) {
		t.Errorf("the file has %d bytes, %v", i.Size(), err)
	}
	if err := s.Close(); err != nil { // the client is gone
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}
