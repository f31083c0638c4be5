package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"waymark/responses"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/when"
)

// fill stores n responses of one survey among others, one a second.
func fill(t testing.TB, s *Store, n int) {
	t.Helper()
	for done := 0; done < n; {
		var rs []responses.Response
		for ; done < n && len(rs) < 1000; done++ {
			at := int64(done) * 1000
			r := responses.Response{ID: fmt.Sprintf("rsp_%09d", done), Rev: 1, Seq: at + 1, Survey: "srv_a", Version: 1, Status: responses.Counted, Digest: strings.Repeat("d", 64),
				Answers: json.RawMessage(`{"sat":4,"feel":-1,"why":"Two days late"}`), Properties: map[string]string{"state": "SP"}, Respondent: fmt.Sprint("cust-", done%100),
				OccurredAt: when.Milli(at), ReceivedAt: when.Milli(at), Via: responses.Via{Channel: "api"}, Map: "map_1", Stage: "delivery"}
			if done%10 == 0 {
				r.Marks, r.MarkedAt = []int64{at}, when.Milli(at)
			}
			rs = append(rs, r)
		}
		if _, err := s.InsertMany(context.Background(), "w", rs); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkFacts(b *testing.B) {
	s := New(enginetest.SQLite(b, Steps))
	const n = 100_000
	fill(b, s, n)
	b.ResetTimer()
	for range b.N {
		seen := 0
		err := s.Facts(context.Background(), "w", "srv_a", responses.Key{}, responses.Key{At: 1 << 50}, 0, func(f *responses.Fact) error { seen++; return nil })
		if err != nil || seen != n {
			b.Fatal(seen, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "facts/s")
}

func BenchmarkInsertMany(b *testing.B) {
	s := New(enginetest.SQLite(b, Steps))
	fill(b, s, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "responses/s")
}
