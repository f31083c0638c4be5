package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"waymark/responses"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
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

func TestEveryHotQueryIsServedByItsIndexWithoutASort(t *testing.T) {
	db := enginetest.SQLite(t, Steps)
	s := New(db)
	fill(t, s, 3000)
	span := []any{"w", "srv_a", 0, "", 99, ""}
	cursor := ident.Page{Limit: 20, Cursor: ident.Cursor{Seq: 5, ID: "rsp_a"}}
	from, to := when.Milli(1), when.Milli(99)
	type query struct {
		name, sql string
		args      []any
		index     string
	}
	queries := []query{
		{"reading by id", selectOne, []any{"w", "rsp_a"}, "responses_id (ws=? AND id=?)"},
		{"the facts of a window", factsQuery, append(span[:6:6], 9), "responses_time (ws=? AND survey=? AND "},
		{"counting the facts of a window", countQuery, append(span[:6:6], 9), "responses_time (ws=? AND survey=? AND "},
		{"marks", marksQuery, []any{"w", "srv_a", 9}, "responses_marks (ws=? AND survey=?"},
		{"clearing a mark", clearQuery, []any{"w", "rsp_a", 1}, "responses_id (ws=? AND id=?)"},
		{"emptying a tombstone", emptyQuery, []any{"w", "rsp_a", 1}, "responses_id (ws=? AND id=?)"},
		{"what is due", dueQuery, []any{"", ""}, "responses_marks ("},
		{"since when", sinceQuery, []any{"w", "srv_a"}, "responses_marks (ws=? AND survey=?"},
	}
	for _, l := range []struct {
		name  string
		f     responses.Filter
		index string
	}{
		{"a list", responses.Filter{}, "responses_seq (ws=? AND "},
		{"a list of a status", responses.Filter{Status: responses.Suspect}, "responses_seq (ws=? AND "},
		{"a list of a map", responses.Filter{Map: "map_1"}, "responses_map_seq (ws=? AND map=? AND "},
		{"a list of a map's stage", responses.Filter{Map: "map_1", Stage: "delivery"}, "responses_map_stage_seq (ws=? AND map=? AND stage=? AND "},
		{"a list of a survey", responses.Filter{Survey: "srv_a"}, "responses_survey_seq (ws=? AND survey=? AND "},
		{"a list of a survey's window", responses.Filter{Survey: "srv_a", From: &from, To: &to}, "responses_"},
		{"a list of a respondent", responses.Filter{Respondent: "cust-1"}, "responses_respondent (ws=? AND respondent=? AND "},
		{"a list of a respondent in a survey", responses.Filter{Survey: "srv_a", Respondent: "cust-1"}, "responses_"},
	} {
		where, args := listWhere("w", l.f, cursor)
		queries = append(queries, query{l.name, selectMany + where, args, l.index})
	}
	for name, f := range map[string]responses.Filter{"an export": {Survey: "srv_a"}, "an export of a window": {Survey: "srv_a", From: &from, To: &to}} {
		where, args := eachWhere("w", f, responses.Key{At: 5, ID: "rsp_a"})
		queries = append(queries, query{name, selectMany + where, args, "responses_time (ws=? AND survey=?"})
	}
	for _, q := range queries {
		t.Run(q.name, func(t *testing.T) {
			rows, err := db.Read.Query("EXPLAIN QUERY PLAN "+q.sql, q.args...)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var plan []string
			for rows.Next() {
				var id, parent, unused int
				var detail string
				if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, detail)
			}
			text := strings.Join(plan, "; ")
			if !strings.Contains(text, "INDEX "+q.index) || strings.Contains(text, "TEMP B-TREE") || strings.Contains(text, "SCAN responses") && q.name != "what is due" {
				t.Errorf("the plan is %q, wanted the index %s and no sort", text, q.index)
			}
		})
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
