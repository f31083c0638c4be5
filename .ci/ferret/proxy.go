package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// dialTimeout bounds reaching the server, which is on this machine.
const dialTimeout = 5 * time.Second

// proxy hands requests to one server and lets one write through at a time.
type proxy struct {
	server string // host:port
	log    *slog.Logger

	turn sync.Mutex // held from before a write is sent until its reply is read

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	done  bool
	wg    sync.WaitGroup
}

// newProxy makes a proxy before the server at the address host:port.
func newProxy(server string, log *slog.Logger) *proxy {
	return &proxy{server: server, log: log, conns: map[net.Conn]struct{}{}}
}

// serve accepts connections until ctx ends, then closes every connection and
// returns when the last one is gone.
func (p *proxy) serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() {
		_ = l.Close()
		p.closeAll()
	})
	defer stop()
	defer p.wg.Wait()
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			p.closeAll()
			return fmt.Errorf("accepting a connection: %w", err)
		}
		p.wg.Add(1)
		go func() {
			defer p.wg.Done()
			if err := p.handle(ctx, c); err != nil && ctx.Err() == nil {
				p.log.Warn("connection ended", "client", c.RemoteAddr().String(), "error", err)
			}
		}()
	}
}

// handle serves one client connection until either side closes it.
func (p *proxy) handle(ctx context.Context, client net.Conn) error {
	defer client.Close()
	d := net.Dialer{Timeout: dialTimeout}
	server, err := d.DialContext(ctx, "tcp", p.server)
	if err != nil {
		return fmt.Errorf("reaching the server: %w", err)
	}
	defer server.Close()
	if !p.keep(client, server) {
		return nil
	}
	defer p.forget(client, server)
	for {
		req, err := readMessage(client)
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("reading a request: %w", err)
		}
		if err := p.exchange(client, server, req); err != nil {
			return err
		}
	}
}

// exchange sends one request and returns its reply to the client. The turn is
// given up only after the reply was read, also where the client has gone
// meanwhile: the server is still at work on it until then.
func (p *proxy) exchange(client, server net.Conn, req message) error {
	writes, err := req.writes()
	if err != nil {
		return fmt.Errorf("looking into a request: %w", err)
	}
	if req.moreToCome() {
		return errors.New("unacknowledged write (w:0): there would be no reply to wait for")
	}
	replies, err := p.ask(server, req, writes)
	if err != nil {
		return err
	}
	for {
		if _, err := client.Write(replies); err != nil {
			return fmt.Errorf("returning a reply: %w", err)
		}
		if !replies.moreToCome() {
			return nil
		}
		if replies, err = readMessage(server); err != nil {
			return fmt.Errorf("reading a further reply: %w", err)
		}
	}
}

// ask sends the request and reads one reply, holding the turn for a write.
func (p *proxy) ask(server net.Conn, req message, writes bool) (message, error) {
	if writes {
		p.turn.Lock()
		defer p.turn.Unlock()
	}
	if _, err := server.Write(req); err != nil {
		return nil, fmt.Errorf("sending a request: %w", err)
	}
	reply, err := readMessage(server)
	if err != nil {
		return nil, fmt.Errorf("reading a reply: %w", err)
	}
	return reply, nil
}

// keep notes connections to be closed at the end; it says false after the end.
func (p *proxy) keep(cs ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return false
	}
	for _, c := range cs {
		p.conns[c] = struct{}{}
	}
	return true
}

func (p *proxy) forget(cs ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range cs {
		delete(p.conns, c)
	}
}

func (p *proxy) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = true
	for c := range p.conns {
		_ = c.Close()
	}
}
