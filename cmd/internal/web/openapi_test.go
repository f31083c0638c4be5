package web

import (
	"testing"
)

func TestEveryRouteIsDescribedAndEveryDescriptionHasARoute(t *testing.T) {
	s := &Server{}
	s.Handler()
	_, faults := document(s.described, "/", domains())
	for _, f := range faults {
		t.Error(f)
	}
}
