package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// crowd is a server that takes 20 ms for everything and notes how many
// requests it had at once.
func crowd(t *testing.T, most *atomic.Int32) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var now atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for {
					m, err := readMessage(c)
					if err != nil {
						return
					}
					n := now.Add(1)
					for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
					}
					time.Sleep(20 * time.Millisecond)
					now.Add(-1)
					if _, err := c.Write(m); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// before starts a proxy before the server and ends it with the test.
func before(t *testing.T, server string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- newProxy(server, slog.New(slog.NewTextHandler(io.Discard, nil))).serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the proxy ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the proxy did not end")
		}
	})
	return l.Addr().String()
}

// atOnce sends the message from eight connections, three times each.
func atOnce(t *testing.T, addr string, m message) {
	t.Helper()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c, err := net.DialTimeout("tcp", addr, 5*time.Second)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(20 * time.Second))
			for range 3 {
				if _, err := c.Write(m); err != nil {
					t.Error(err)
					return
				}
				if reply, err := readMessage(c); err != nil || string(reply) != string(m) {
					t.Errorf("reply %q, %v; want the request's own bytes", reply, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestWritesOfAllConnectionsPassOneAtATimeAndReadsTogether(t *testing.T) {
	var most atomic.Int32
	addr := before(t, crowd(t, &most))
	atOnce(t, addr, wireMessage(opMsg, flags(0), body(t, bson.D{{Key: "update", Value: "c"}})))
	if n := most.Load(); n != 1 {
		t.Errorf("%d writes were at the server at once, want 1", n)
	}
	most.Store(0)
	atOnce(t, addr, wireMessage(opMsg, flags(0), body(t, bson.D{{Key: "find", Value: "c"}})))
	if n := most.Load(); n < 2 {
		t.Errorf("at most %d reads were at the server at once, want several", n)
	}
}

func TestAClientThatLeavesDoesNotFreeTheTurnOfItsWrite(t *testing.T) {
	var most atomic.Int32
	addr := before(t, crowd(t, &most))
	write := wireMessage(opMsg, flags(0), body(t, bson.D{{Key: "update", Value: "c"}}))
	for range 5 {
		c, err := net.DialTimeout("tcp", addr, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(write); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	atOnce(t, addr, write)
	if n := most.Load(); n != 1 {
		t.Errorf("%d writes were at the server at once, want 1", n)
	}
}

func TestAnUnacknowledgedWriteEndsTheConnection(t *testing.T) {
	var most atomic.Int32
	c, err := net.DialTimeout("tcp", before(t, crowd(t, &most)), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Write(wireMessage(opMsg, flags(flagMoreToCome), body(t, bson.D{{Key: "insert", Value: "c"}}))); err != nil {
		t.Fatal(err)
	}
	if m, err := readMessage(c); err == nil {
		t.Errorf("got %q, want the end of the connection", m)
	}
	if most.Load() != 0 {
		t.Error("the server got the write")
	}
}
