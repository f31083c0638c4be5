package bench

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestAFigureIsJudgedAgainstItsGoalAndItsLimit(t *testing.T) {
	limit := &Limit{What: "alone", Value: 100, Unit: "a second"}
	for _, c := range []struct {
		f            Figure
		verdict, row string
	}{
		{Figure{Value: 59.9, Unit: "MB", Goal: AtMost(60)}, "meets", "59.9 MB; goal ≤ 60 MB"},
		{Figure{Value: 60.1, Unit: "MB", Goal: AtMost(60)}, "falls short", "60.1 MB; goal ≤ 60 MB, which it **misses**"},
		{Figure{Value: 234567, Unit: "a second", Goal: AtLeast(200000)}, "meets", "234,567 a second; goal ≥ 200,000 a second"},
		{Figure{Value: 50, Unit: "a second", Limit: limit, Goal: AtLeast(0.5)}, "meets", "50 a second, 50 % of 100 a second (alone); goal ≥ 50 %"},
		{Figure{Value: 49, Unit: "a second", Limit: limit, Goal: AtLeast(0.5)}, "falls short", "49 a second, 49 % of 100 a second (alone); goal ≥ 50 %, which it **misses**"},
		{Figure{Value: 2.5, Unit: "ms", Limit: &Limit{What: "small", Value: 2, Unit: "ms"}, Goal: AtMost(1.2)}, "falls short", "2.5 ms, 1.25 × 2 ms (small); goal ≤ 1.2 ×, which it **misses**"},
		{Figure{Value: 2.5, Unit: "ms", Limit: &Limit{What: "small"}, Goal: AtMost(1.2)}, "falls short", ""},
		{Figure{Value: math.NaN(), Unit: "ms", Goal: AtMost(1.2)}, "falls short", ""},
		{Figure{Value: 0.0123, Unit: "s"}, "reported", "0.0123 s"},
		{Figure{Goal: AtMost(1), Missing: "no redis-server"}, "not measured", "not measured: no redis-server"},
	} {
		if got := c.f.Verdict(); got != c.verdict {
			t.Errorf("%+v: %s, want %s", c.f, got, c.verdict)
		}
		var b bytes.Buffer
		c.f.What = "it | they"
		Report{Results: []Result{{Name: "x", Figures: []Figure{c.f}}}}.Markdown(&b)
		if want := "| it \\| they | " + c.row + " | `waymark bench x` |\n"; c.row != "" && !strings.HasPrefix(b.String(), want) {
			t.Errorf("got  %swant %s", b.String(), want)
		}
	}
}

func TestAReportAsJSONHoldsRatioAndVerdict(t *testing.T) {
	var b bytes.Buffer
	r := Report{Results: []Result{{Name: "x", Figures: []Figure{{What: "y", Value: 1, Limit: &Limit{Value: 4}, Goal: AtLeast(0.5)}}}}}
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Measurements []struct {
			Figures []struct {
				What, Verdict string
				Value, Ratio  float64
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if f := got.Measurements[0].Figures[0]; f.What != "y" || f.Verdict != "falls short" || f.Value != 1 || f.Ratio != 0.25 {
		t.Errorf("%s", b.String())
	}
}

func TestAmountsAreShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 7: "7", 0.000123: "0.000123", 1.2345: "1.23", 12.345: "12.3", 123.45: "123", 1234.5: "1,234", 1234567: "1,234,567", -1234: "-1,234", 99.96: "100"} {
		if got := amount(v, ""); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

func TestPercentilesOfLatencies(t *testing.T) {
	var l, more Latencies
	for i := range 99 {
		l.Add(time.Duration(99-i) * time.Millisecond)
	}
	more.Add(100 * time.Millisecond)
	l.Join(&more)
	for q, want := range map[float64]float64{0.5: 50, 0.99: 99, 0.991: 100, 1: 100} {
		if got := l.Millis(q); got != want {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if !math.IsNaN(new(Latencies).Millis(0.5)) {
		t.Error("no latencies have a median")
	}
}
