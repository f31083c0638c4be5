package cell

import (
	"context"
	"fmt"
	"sort"
	"sync"

	"waymark/surveys"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Versions reads published versions, which never change; the implementer
// keeps those it read.
type Versions interface {
	Version(ctx context.Context, ws ident.Workspace, survey string, number int64) (surveys.Version, error)
}

// shape is what a version says about counting.
type shape struct {
	number    int64
	segments  []string // sorted
	questions []string // those that measure, sorted
}

// shapes reads each version's shape once. It may be shared by goroutines.
type shapes struct {
	ctx    context.Context
	source Versions
	ws     ident.Workspace
	survey string

	mu    sync.Mutex
	known map[int64]*shape
}

func (r *Roller) shapes(ctx context.Context, ws ident.Workspace, survey string) *shapes {
	return &shapes{ctx: ctx, source: r.Versions, ws: ws, survey: survey, known: map[int64]*shape{}}
}

func (s *shapes) of(number int64) (*shape, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh, ok := s.known[number]; ok {
		return sh, nil
	}
	v, err := s.source.Version(s.ctx, s.ws, s.survey, number)
	if err != nil {
		return nil, fmt.Errorf("reading version %d of survey %s: %w", number, s.survey, err)
	}
	sh := &shape{number: number, segments: append([]string(nil), v.Segments...)}
	sort.Strings(sh.segments)
	for _, q := range v.Series {
		sh.questions = append(sh.questions, q.Question)
	}
	sort.Strings(sh.questions)
	s.known[number] = sh
	return sh, nil
}

func milli(ms int64) when.Time { return when.Milli(ms) }
