package web

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAScrapeReadsTheStoresFiguresOnce(t *testing.T) {
	read := 0
	s := &Server{Gauges: func() Gauges { read++; return Gauges{Commits: 7, OldestMarkSeconds: 0.5} }}
	app := s.Handler()
	for scrape := 1; scrape <= 2; scrape++ {
		res, err := app.Test(httptest.NewRequest("GET", "/metrics", nil))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"\nwaymark_store_commits_total 7\n", "\nwaymark_rollup_oldest_mark_seconds 0.5\n", "# TYPE waymark_store_commits_total counter"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("%q is missing in\n%s", want, b)
			}
		}
		if read != scrape {
			t.Errorf("after %d scrapes the store was asked %d times", scrape, read)
		}
	}
}
