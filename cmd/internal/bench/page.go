package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// showing holds the rate at which a server draws the first page of a survey
// against the rate at which the same kind of server sends the same bytes with
// the same headers from memory and does nothing else. That one runs in this
// process, which saves it the way to another one. Both are asked in turns over
// 64 connections that stay open, one request at a time on each.
func showing() Measurement {
	return Measurement{Name: "page", What: "drawing a survey's page", Run: measurePage}
}

func measurePage(ctx context.Context, e *Env) (_ []Figure, err error) {
	s, _, path, err := serveLink(ctx, e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	drawn := strings.TrimPrefix(s.Base, "http://")
	copied, size, stop, err := copyOf(ctx, s.Base+path)
	if err != nil {
		return nil, err
	}
	defer stop()
	rounds, length := Times(e, 5, 1), Times(e, 4*time.Second, 300*time.Millisecond)
	var limit, served rate
	var took Latencies
	for i := range rounds {
		e.Progress("round %d of %d, from memory", i+1, rounds)
		r, err := gets(ctx, copied, path, size, length, nil)
		if err != nil {
			return nil, err
		}
		limit.add(r)
		e.Progress("round %d of %d, drawn; from memory %s", i+1, rounds, amount(limit.perSecond(), "a second"))
		if r, err = gets(ctx, drawn, path, size, length, &took); err != nil {
			return nil, err
		}
		served.add(r)
	}
	return []Figure{{What: "pages of a survey, " + strconv.Itoa(connections) + " connections", Value: served.perSecond(), Unit: "a second",
		Limit: &Limit{What: "the same bytes from memory", Value: limit.perSecond(), Unit: "a second"}, Goal: AtLeast(0.25),
		Note: fmt.Sprintf("%s each, p50 %s, p99 %s", amount(float64(size)/1000, "kB"), amount(took.Millis(0.5), "ms"), amount(took.Millis(0.99), "ms"))}}, nil
}

// serveLink starts a server with a survey of one page and a link to it, whose
// path is given.
func serveLink(ctx context.Context, e *Env) (s *Server, a asked, path string, err error) {
	config := filepath.Join(e.Dir, "config") // all that is asked comes from one network
	if err := os.WriteFile(config, []byte("WAYMARK_LIMITS=off\n"), 0o600); err != nil {
		return nil, a, "", fmt.Errorf("writing the server's settings: %w", err)
	}
	if s, err = Serve(ctx, e, filepath.Join(e.Dir, "served"), "--config", config); err != nil {
		return nil, a, "", err
	}
	if a, path, err = s.askByLink(ctx); err != nil {
		return nil, a, "", errors.Join(err, s.Stop())
	}
	return s, a, path, nil
}

func (s *Server) askByLink(ctx context.Context) (a asked, path string, err error) {
	var made struct{ ID, URL string }
	if err := s.call(ctx, "POST", "/v1/maps", sampleMap(1), &made); err != nil {
		return a, "", err
	}
	a.Map = made.ID
	survey := sampleSurvey(a.Map, 0)
	survey["layout"] = "page"
	if err := s.call(ctx, "POST", "/v1/surveys", survey, &made); err != nil {
		return a, "", err
	}
	a.Surveys = []string{made.ID}
	if err := s.call(ctx, "POST", "/v1/surveys/"+made.ID+"/publish", nil, nil); err != nil {
		return a, "", err
	}
	if err := s.call(ctx, "POST", "/v1/surveys/"+made.ID+"/links", map[string]any{"properties": map[string]string{"state": states[0]}}, &made); err != nil {
		return a, "", err
	}
	u, err := url.Parse(made.URL)
	if err != nil {
		return a, "", fmt.Errorf("reading a link: %w", err)
	}
	return a, u.Path, nil
}

// gets asks a host for a path again and again.
func gets(ctx context.Context, host, path string, size int, length time.Duration, took *Latencies) (rate, error) {
	lines := make([]*line, connections)
	for i := range lines {
		var err error
		if lines[i], err = dial(ctx, host, "GET", path, ""); err != nil {
			return rate{}, err
		}
		defer lines[i].close()
	}
	each := make([]Latencies, connections)
	r, err := together(ctx, connections, length, func(_ context.Context, i int) error {
		status, body, t, err := lines[i].send(nil)
		if err == nil && (status != 200 || len(body) < size*9/10) {
			err = fmt.Errorf("a page of %d bytes has the status %d", len(body), status)
		}
		each[i].Add(t)
		return err
	})
	if took != nil {
		for i := range each {
			took.Join(&each[i])
		}
	}
	return r, err
}
