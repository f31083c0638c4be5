package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"waymark/responses/importing"
	"waymark/surveys/fault"
	"waymark/surveys/question"
)

// remote sends rows to a running server as one batch, and reads its results
// while it sends.
type remote struct {
	job            *importJob
	body           *io.PipeWriter
	done           chan error
	mu             sync.Mutex
	lines          []int // of the file, by line of the batch
	answered       int   // lines of the batch of which the server told
	created, known int
	faults         []importing.Row
}

func call(ctx context.Context, method, url, key, mediaType string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking the server: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode == http.StatusUnauthorized {
			return nil, errors.New("the server does not know this key")
		}
		var p struct{ Detail string }
		b, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		_ = json.Unmarshal(b, &p)
		return nil, fmt.Errorf("the server answers %s. %s", res.Status, p.Detail)
	}
	return res, nil
}

func remoteQuestions(ctx context.Context, server, key, survey string) ([]question.Question, error) {
	res, err := call(ctx, http.MethodGet, strings.TrimSuffix(server, "/")+"/v1/surveys/"+survey, key, "", nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the survey: %w", err)
	}
	return questionsOf(b)
}

func newRemote(ctx context.Context, j *importJob) (*remote, error) {
	r, w := io.Pipe()
	m := &remote{job: j, body: w, done: make(chan error, 1)}
	go func() {
		res, err := call(ctx, http.MethodPost, strings.TrimSuffix(j.server, "/")+"/v1/responses/batch", j.key, "application/x-ndjson", r)
		if err == nil {
			err = m.results(res.Body)
			_ = res.Body.Close()
		}
		if err != nil {
			_ = r.CloseWithError(err)
		}
		m.done <- err
	}()
	return m, nil
}

// results reads what became of each line.
func (m *remote) results(in io.Reader) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var x struct {
			Line    int `json:"line"`
			Status  int `json:"status"`
			Problem struct {
				Detail string        `json:"detail"`
				Errors []fault.Field `json:"errors"`
			} `json:"problem"`
		}
		if err := json.Unmarshal(s.Bytes(), &x); err != nil || x.Line < 1 {
			return fmt.Errorf("the server's answer cannot be read: %.100q", s.Text())
		}
		m.mu.Lock()
		if x.Line > len(m.lines) {
			m.mu.Unlock()
			return fmt.Errorf("the server answers for line %d, which it was not sent", x.Line)
		}
		m.answered = x.Line
		switch x.Status {
		case http.StatusCreated:
			m.created++
		case http.StatusOK:
			m.known++
		default:
			m.faults = append(m.faults, importing.Row{Line: m.lines[x.Line-1], Err: errors.New(reason(&fault.Error{Detail: x.Problem.Detail, Fields: x.Problem.Errors}))})
		}
		m.mu.Unlock()
	}
	return s.Err()
}

func (m *remote) take(_ context.Context, rows []importing.Row) (int, int, error) {
	for _, row := range rows {
		m.mu.Lock()
		m.lines = append(m.lines, row.Line)
		m.mu.Unlock()
		if _, err := m.body.Write(append(row.Body, '\n')); err != nil {
			return 0, 0, fmt.Errorf("sending rows: %w", err)
		}
	}
	return m.told()
}

// told hands over what the server said so far.
func (m *remote) told() (created, known int, err error) {
	m.mu.Lock()
	faults := m.faults
	created, known, m.created, m.known, m.faults = m.created, m.known, 0, 0, nil
	m.mu.Unlock()
	for _, f := range faults {
		m.job.refused.add(f.Line, f.Err.Error())
	}
	return created, known, nil
}

// settled: the server tells of one line after the other.
func (m *remote) settled() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case len(m.faults) > 0: // which came after told
		return m.faults[0].Line - 1
	case m.answered == len(m.lines):
		return math.MaxInt
	}
	return m.lines[m.answered] - 1
}

func (m *remote) end(context.Context) (int, int, error) {
	if err := m.body.Close(); err != nil {
		return 0, 0, err
	}
	if err := <-m.done; err != nil {
		return 0, 0, err
	}
	return m.told()
}
