package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call makes one request for a JSON object, as scripts do.
func (s *Server) call(ctx context.Context, method, path string, body, into any) error {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("writing a request: %w", err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.Base+path, in)
	if err != nil {
		return fmt.Errorf("making a request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("calling the server: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, b)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// line is one connection that sends prepared requests and waits for each
// answer. It does as little as HTTP/1.1 allows, so that what is measured is
// the server.
type line struct {
	conn  net.Conn
	in    *bufio.Reader
	out   []byte
	head  string
	began time.Time
}

// dial opens a line to the server that asks for a path, or sends JSON to it.
func (s *Server) dial(ctx context.Context, method, path string) (*line, error) {
	return dial(ctx, strings.TrimPrefix(s.Base, "http://"), method, path, "Authorization: Bearer "+s.Key+"\r\nContent-Type: application/json\r\n")
}

// dial opens a line to a host; headers are lines.
func dial(ctx context.Context, host, method, path, headers string) (*line, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("connecting to the server: %w", err)
	}
	return &line{conn: conn, in: bufio.NewReaderSize(conn, 16<<10),
		head: method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "Content-Length: "}, nil
}

func (l *line) close() { _ = l.conn.Close() }

// roundTime bounds one request.
const roundTime = 30 * time.Second

// send sends a request and reads the whole answer; its body is valid until
// the next call.
func (l *line) send(body []byte) (status int, answer []byte, took time.Duration, err error) {
	l.out = append(l.out[:0], l.head...)
	l.out = strconv.AppendInt(l.out, int64(len(body)), 10)
	l.out = append(l.out, "\r\n\r\n"...)
	l.out = append(l.out, body...)
	began := time.Now()
	if began.Sub(l.began) > time.Second { // not for each: it costs
		if err := l.conn.SetDeadline(began.Add(roundTime)); err != nil {
			return 0, nil, 0, fmt.Errorf("preparing a connection: %w", err)
		}
		l.began = began
	}
	if _, err := l.conn.Write(l.out); err != nil {
		return 0, nil, 0, fmt.Errorf("sending a request: %w", err)
	}
	length := -1
	for first := true; ; first = false {
		h, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, 0, fmt.Errorf("reading an answer: %w", err)
		}
		h = bytes.TrimRight(h, "\r\n")
		if first {
			if len(h) < 12 {
				return 0, nil, 0, fmt.Errorf("not an HTTP answer: %q", h)
			}
			status, _ = strconv.Atoi(string(h[9:12]))
			continue
		}
		if len(h) == 0 {
			break
		}
		if v, ok := cutHeader(h, "Content-Length:"); ok {
			if length, err = strconv.Atoi(string(v)); err != nil {
				return 0, nil, 0, fmt.Errorf("an answer of unreadable length: %q", h)
			}
		}
	}
	if length < 0 {
		return 0, nil, 0, fmt.Errorf("an answer without a length, status %d", status)
	}
	l.out = append(l.out[:0], make([]byte, length)...)
	if _, err := io.ReadFull(l.in, l.out); err != nil {
		return 0, nil, 0, fmt.Errorf("reading an answer: %w", err)
	}
	return status, l.out, time.Since(began), nil
}

func cutHeader(line []byte, name string) ([]byte, bool) {
	if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], []byte(name)) {
		return nil, false
	}
	return bytes.TrimSpace(line[len(name):]), true
}
