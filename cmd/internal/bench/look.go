package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/valyala/fastjson"
)

// scores is a connection that reads a map's scores again and again.
type scores struct {
	l      *line
	parser fastjson.Parser
}

// look is a score that was read: how many responses it counts in all stages.
type look struct {
	at   time.Time
	n    int64
	took time.Duration
}

// scores opens one; query begins with a question mark or is empty.
func (s *Server) scores(ctx context.Context, a asked, query string) (*scores, error) {
	l, err := s.dial(ctx, "GET", "/v1/maps/"+a.Map+"/scores"+query)
	if err != nil {
		return nil, err
	}
	return &scores{l: l}, nil
}

// read reads the scores; a stage whose score is hidden counts nothing.
func (s *scores) read() (look, error) {
	status, b, took, err := s.l.send(nil)
	out := look{at: time.Now(), took: took}
	if err == nil && status != 200 {
		err = fmt.Errorf("the scores were refused with %d: %s", status, b)
	}
	if err != nil {
		return out, err
	}
	v, err := s.parser.ParseBytes(b)
	if err != nil {
		return out, fmt.Errorf("reading scores: %w", err)
	}
	for _, st := range v.GetArray("stages") {
		out.n += st.GetInt64("responses")
	}
	return out, nil
}
