package web

import (
	"cmp"
	"errors"
	"net"
	"slices"
	"time"
)

// maxConns is how many connections are served at most, where descriptors
// suffice.
const maxConns = 64 << 10

// kept is how many descriptors are left to the rest at least: the store's
// connections have three files each, the queue in the process both ends of
// each of its connections.
const kept = 128

// room is how many connections fit: the store must go on while somebody opens
// connections without end.
func room(descriptors uint64) int {
	if descriptors == 0 || descriptors > 2*maxConns {
		return maxConns
	}
	n := int(descriptors)
	return max(n-max(kept, n/8), n/4)
}

// Accept waits where there is no room; to fail would end the server.
func (l listener) Accept() (net.Conn, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		c, err := l.Listener.Accept()
		if err == nil {
			return l.conns.admit(c), nil
		}
		if !slices.ContainsFunc(exhausted, func(e error) bool { return errors.Is(err, e) }) {
			return nil, err
		}
		l.conns.makeRoom()
		time.Sleep(pause)
	}
}

func (s *conns) admit(c net.Conn) *conn {
	k := &conn{Conn: c, conns: s}
	k.since.Store(s.turn.Add(1))
	s.mu.Lock()
	if s.open == nil {
		s.open = map[*conn]bool{}
	}
	full := s.most > 0 && len(s.open) >= s.most
	s.open[k] = true
	s.mu.Unlock()
	if full {
		s.makeRoom()
	}
	return k
}

// makeRoom closes an eighth of the connections without a request, those that
// have been so longest: who has one to send comes again, and a connection that
// only waits keeps nobody out.
func (s *conns) makeRoom() {
	s.mu.Lock()
	quiet := make([]*conn, 0, len(s.open))
	for c := range s.open {
		if state := c.state.Load(); state == waiting || state == heard {
			quiet = append(quiet, c)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(quiet, func(a, b *conn) int { return cmp.Compare(a.since.Load(), b.since.Load()) })
	for _, c := range quiet[:(len(quiet)+7)/8] {
		if c.state.CompareAndSwap(waiting, givenUp) || c.state.CompareAndSwap(heard, givenUp) {
			_ = c.Close()
		}
	}
}
