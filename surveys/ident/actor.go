package ident

import (
	"sync/atomic"
	"time"

	"waymark/surveys/fault"
)

// Workspace names a tenant. Every store method but the two kinds of
// invariant 7 takes one.
type Workspace string

// Check fails closed on an empty workspace.
func (w Workspace) Check() error {
	if w == "" {
		return fault.New(fault.Internal, "no-workspace", "A query without a workspace was refused.")
	}
	return nil
}

// Scope is what a key may do.
type Scope string

// The scopes. Each but ScopeResponses contains ScopeRead; ScopeAdmin contains all.
const (
	ScopeAdmin     Scope = "admin"
	ScopeMaps      Scope = "maps"
	ScopeSurveys   Scope = "surveys"
	ScopeResponses Scope = "responses"
	ScopeRead      Scope = "read"
)

// ParseScope gives the scope of that name.
func ParseScope(s string) (Scope, bool) {
	switch sc := Scope(s); sc {
	case ScopeAdmin, ScopeMaps, ScopeSurveys, ScopeResponses, ScopeRead:
		return sc, true
	}
	return "", false
}

// Contains reports whether a holder of s may do what needs the other scope.
func (s Scope) Contains(need Scope) bool {
	if s == ScopeAdmin || s == need {
		return s != ""
	}
	return need == ScopeRead && (s == ScopeMaps || s == ScopeSurveys)
}

// Actor is who acts: a key of a workspace.
type Actor struct {
	Workspace Workspace
	KeyID     string
	Name      string // the key's name, which becomes updated_by
	Scope     Scope
}

// Ref names a thing in its workspace: what the "what is due" methods answer.
type Ref struct {
	Workspace Workspace
	ID        string
}

// Sequence gives numbers that rise strictly within a process and follow the
// clock across processes: nanoseconds since 1970. Lists are ordered by it, so
// that two things made in the same millisecond keep their order.
type Sequence struct{ last atomic.Int64 }

// Next gives the number for something made at now.
func (s *Sequence) Next(now time.Time) int64 {
	for {
		last, n := s.last.Load(), now.UnixNano()
		if n <= last {
			n = last + 1
		}
		if s.last.CompareAndSwap(last, n) {
			return n
		}
	}
}
