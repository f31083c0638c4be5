package web

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/valyala/fasthttp"
)

// conns knows which connections wait for a request, so that a stop need not
// wait for those who connected and say nothing.
type conns struct {
	mu   sync.Mutex
	open map[*conn]bool
}

// conn is waiting for a request, busy from its first byte to the end of its
// answer, or given up.
type conn struct {
	net.Conn
	state atomic.Int32
	conns *conns
}

const (
	waiting int32 = iota
	busy
	givenUp
)

// Read makes the connection busy. What arrives after it was given up is not
// read: nobody would get the answer.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && !c.state.CompareAndSwap(waiting, busy) && c.state.Load() == givenUp {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *conn) Close() error {
	c.conns.mu.Lock()
	delete(c.conns.open, c)
	c.conns.mu.Unlock()
	return c.Conn.Close()
}

// changed is fasthttp's hook: an answer that was sent leaves the connection waiting.
func changed(c net.Conn, state fasthttp.ConnState) {
	if k, ok := c.(*conn); ok && state == fasthttp.StateIdle {
		k.state.CompareAndSwap(busy, waiting)
	}
}

// listener hands out connections that conns knows.
type listener struct {
	net.Listener
	conns *conns
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	k := &conn{Conn: c, conns: l.conns}
	l.conns.mu.Lock()
	if l.conns.open == nil {
		l.conns.open = map[*conn]bool{}
	}
	l.conns.open[k] = true
	l.conns.mu.Unlock()
	return k, nil
}

// giveUp closes the connections that wait for a request and tells how many
// are busy.
func (s *conns) giveUp() (running int) {
	s.mu.Lock()
	var idle []*conn
	for c := range s.open {
		if c.state.CompareAndSwap(waiting, givenUp) {
			idle = append(idle, c)
		} else if c.state.Load() == busy {
			running++
		}
	}
	s.mu.Unlock()
	for _, c := range idle {
		_ = c.Close()
	}
	return running
}
