package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"time"
)

// redisProgram is looked for on the path.
const redisProgram = "redis-server"

// startRedis runs a Redis of our own and gives its URL. It keeps nothing on
// the disk and ends with ctx, or when stop is called.
func startRedis(ctx context.Context, e *Env, path string) (url string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("looking for a free port: %w", err)
	}
	addr := ln.Addr().(*net.TCPAddr)
	_ = ln.Close()
	ctx, cancel := context.WithCancel(ctx)
	var said tail
	cmd := exec.CommandContext(ctx, path, "--port", strconv.Itoa(addr.Port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--maxmemory-policy", "noeviction", "--dir", e.Dir)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		cancel()
		return "", nil, fmt.Errorf("starting Redis: %w", err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	stop = func() { cancel(); <-ended }
	for range 200 {
		if pong(ctx, addr.String()) {
			return "redis://" + addr.String() + "/0", stop, nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("starting Redis: it does not answer: %s", said.String())
}

// pong reports whether a Redis answers.
func pong(ctx context.Context, addr string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if conn.SetDeadline(time.Now().Add(time.Second)) != nil {
		return false
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	said, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && said == "+PONG\r\n"
}
