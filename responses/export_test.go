package responses_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"waymark/responses"
)

func export(t testing.TB, d *desk, f responses.Filter, format responses.Format) string {
	t.Helper()
	f.Survey = surveyID
	var b bytes.Buffer
	if err := responses.Export(context.Background(), d.Store, "w", f, format, []string{"sat", "feel", "why", "gone"}, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestACSVExportRunsNoFormula(t *testing.T) {
	d := newDesk(t)
	texts := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠a", "'=1", "''=1", "'tis fine", "plain, \"quoted\"\nlines", "漢字 🙂"}
	for i, text := range texts {
		j, _ := json.Marshal(text)
		if _, err := d.send(body(fmt.Sprintf(`,"id":"o-%02d","answers":{"sat":1,"feel":-2,"why":%s},"occurred_at":"2026-11-01T00:00:%02dZ"`, i, j, i))); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(strings.NewReader(export(t, d, responses.Filter{}, responses.CSV)))
	rows, err := r.ReadAll()
	if err != nil || len(rows) != len(texts)+1 {
		t.Fatal(len(rows), err)
	}
	column := map[string]int{}
	for i, h := range rows[0] {
		column[h] = i
	}
	for i, row := range rows[1:] {
		why := row[column["answers.why"]]
		if strings.ContainsAny(why[:1], "=+-@\t\r") || strings.HasPrefix(why, "＝") || strings.HasPrefix(why, "＋") || strings.HasPrefix(why, "－") || strings.HasPrefix(why, "＠") {
			t.Errorf("attack 30: %q begins a formula", why)
		}
		if got := responses.Undefuse(why); got != texts[i] {
			t.Errorf("%q comes back as %q", texts[i], got)
		}
		if row[column["answers.feel"]] != "-2" {
			t.Errorf("the number -2 became %q", row[column["answers.feel"]])
		}
		if row[column["answers.gone"]] != "" {
			t.Errorf("an answer that is not there became %q", row[column["answers.gone"]])
		}
	}
	if rows[13][column["answers.why"]] != "'tis fine" {
		t.Errorf("a harmless apostrophe became %q", rows[13][column["answers.why"]])
	}
}

func TestAnNDJSONExportGivesWhatReadingGivesInTheOrderOfTime(t *testing.T) {
	d := newDesk(t)
	for i := range 600 { // more than two chunks
		if _, err := d.send(body(fmt.Sprintf(`,"id":"o-%d","answers":{"sat":%d},"properties":{"n":"%d"},"occurred_at":"2026-11-01T%02d:%02d:00Z"`, i, 1+i%5, i%2, (599-i)/60, (599-i)%60))); err != nil {
			t.Fatal(err)
		}
	}
	last := ""
	n := 0
	for l := range strings.Lines(export(t, d, responses.Filter{Segments: []responses.Segment{{Name: "n", Value: "1"}}}, responses.NDJSON)) {
		var r struct {
			ID         string            `json:"id"`
			SenderID   string            `json:"sender_id"`
			OccurredAt string            `json:"occurred_at"`
			Answers    map[string]int    `json:"answers"`
			Properties map[string]string `json:"properties"`
			Via        map[string]string `json:"via"`
		}
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			t.Fatal(err)
		}
		if r.OccurredAt <= last || r.Properties["n"] != "1" || r.Answers["sat"] == 0 || r.Via["channel"] != "api" || r.ID != responses.IDOf("w", surveyID, r.SenderID) {
			t.Fatalf("after %s came %s", last, l)
		}
		last = r.OccurredAt
		n++
	}
	if n != 300 {
		t.Fatalf("%d lines", n)
	}
}

func TestAnExportThatNobodyReadsEnds(t *testing.T) {
	d := newDesk(t)
	for range 3 {
		if _, err := d.send(body(`,"answers":{"sat":1}`)); err != nil {
			t.Fatal(err)
		}
	}
	err := responses.Export(context.Background(), d.Store, "w", responses.Filter{Survey: surveyID}, responses.CSV, nil, brokenWriter{})
	if !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
}

func FuzzUndefuseGivesBackWhatDefuseTook(f *testing.F) {
	f.Add("'=1")
	f.Add("''＝")
	f.Fuzz(func(t *testing.T, s string) {
		if got := responses.Undefuse(responses.Defuse(s)); got != s {
			t.Fatalf("%q came back as %q", s, got)
		}
	})
}

func benchmarkExport(b *testing.B, format responses.Format) {
	d := newDesk(b)
	const n = 50_000
	in := strings.Repeat(body(`,"answers":{"sat":4,"feel":-1,"why":"Two days late"},"properties":{"state":"SP"},"respondent":"cust-9"`)+"\n", n)
	if err := d.RunBatch(context.Background(), "w", strings.NewReader(in), io.Discard, responses.Via{Channel: "api"}, problem); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if err := responses.Export(context.Background(), d.Store, "w", responses.Filter{Survey: surveyID}, format, []string{"sat", "feel", "why"}, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkExportCSV(b *testing.B)    { benchmarkExport(b, responses.CSV) }
func BenchmarkExportNDJSON(b *testing.B) { benchmarkExport(b, responses.NDJSON) }
