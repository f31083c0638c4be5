package web

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/valyala/fasthttp"
)

// conns knows which connections wait for a request, so that a stop need not
// wait for those who connected and say nothing, and so that they make room for
// others.
type conns struct {
	mu   sync.Mutex
	open map[*conn]bool
	most int           // 0: no bound
	turn atomic.Uint64 // rises with each connection that begins to wait
}

// conn is waiting for a request, heard from its first byte, busy from the end
// of its head to the end of its answer, or given up.
type conn struct {
	net.Conn
	state atomic.Int32
	since atomic.Uint64 // the turn in which it began to wait
	conns *conns
}

const (
	waiting int32 = iota
	heard
	busy
	givenUp
)

// Read notes the first byte of a request. What arrives after the connection
// was given up is not read: nobody would get the answer.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && !c.state.CompareAndSwap(waiting, heard) && c.state.Load() == givenUp {
		return 0, net.ErrClosed
	}
	return n, err
}

// begin makes the connection busy; false where it was given up. A request that
// came together with the one before it was not heard.
func begin(c net.Conn) bool {
	k, ok := c.(*conn)
	return !ok || k.state.CompareAndSwap(heard, busy) || k.state.CompareAndSwap(waiting, busy) || k.state.Load() == busy
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
		k.since.Store(k.conns.turn.Add(1))
		k.state.CompareAndSwap(busy, waiting)
	}
}

// listener hands out connections that conns knows.
type listener struct {
	net.Listener
	conns *conns
}

// giveUp closes the connections that wait for a request and tells how many
// are busy.
func (s *conns) giveUp() (running int) {
	s.mu.Lock()
	var idle []*conn
	for c := range s.open {
		if c.state.CompareAndSwap(waiting, givenUp) {
			idle = append(idle, c)
		} else if state := c.state.Load(); state == heard || state == busy {
			running++
		}
	}
	s.mu.Unlock()
	for _, c := range idle {
		_ = c.Close()
	}
	return running
}
