package surveys_test

import (
	"strings"
	"testing"

	"github.com/valyala/fastjson"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/strict"
)

func every() string {
	return doc(sat + `,
 {"id":"effort","type":"ces","title":"T"},{"id":"nps","type":"nps","title":"T"},{"id":"feel","type":"emotion","title":"T"},
 {"id":"stars","type":"rating","title":"T","shape":"stars"},
 {"id":"one","type":"choice","title":"T","options":[{"id":"a","title":"A"},{"id":"b","title":"B"}]},
 {"id":"own","type":"choice","title":"T","options":[{"id":"a","title":"A"}],"other":true},
 {"id":"many","type":"choices","title":"T","options":[{"id":"a","title":"A"},{"id":"b","title":"B"},{"id":"c","title":"C"},{"id":"none","title":"N","exclusive":true}],"other":true,"max":3},
 {"id":"why","type":"text","title":"T"},{"id":"short","type":"text","title":"T","min_length":2,"max_length":4},
 {"id":"mail","type":"text","title":"T","format":"email"},{"id":"long","type":"long_text","title":"T"},
 {"id":"n","type":"number","title":"T"},{"id":"tenth","type":"number","title":"T","min":0,"max":1,"step":0.1},
 {"id":"day","type":"date","title":"T","min":"2026-01-01","max":"2026-12-31"},{"id":"src","type":"hidden"}`)
}

func compiled(t testing.TB) *surveys.Compiled {
	t.Helper()
	c, err := surveys.Compile(surveys.Version{Survey: "srv_1", Number: 1, Document: []byte(every())})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// outside is what nothing is known of.
func outside(string) logic.Value { return logic.Value{} }

func wrong(c *surveys.Compiled, answers *fastjson.Object, complete bool) []fault.Field {
	return surveys.Fields(c.Judge(answers, outside, complete).Wrong)
}

func TestAnswersFollowTheRulesOfTheirType(t *testing.T) {
	c := compiled(t)
	quote := func(s string) string { return `"` + s + `"` }
	for q, cases := range map[string]struct{ good, bad []string }{
		"sat":    {[]string{"1", "5", "4.0"}, []string{"0", "6", "4.5", quote("4"), "true", "null", "[]", "{}"}},
		"effort": {[]string{"1", "7"}, []string{"0", "8"}},
		"nps":    {[]string{"0", "10", "1e1"}, []string{"11", "-1", "7.5", quote("9"), "true", "null", "[]", "1e300"}}, // attack 11
		"feel":   {[]string{"-2", "-0", "2"}, []string{"-3", "3", "0.5"}},
		"stars":  {[]string{"1", "5"}, []string{"0", "6"}},
		"one":    {[]string{quote("a")}, []string{quote("c"), `{"other":"x"}`, `["a"]`, "null", `{"$ne":null}`}},
		"own":    {[]string{quote("a"), `{"other":"Teal"}`}, []string{quote("other"), `{"other":""}`, `{"other":1}`, `{"other":"x","b":1}`, `{"other":"` + strings.Repeat("x", 501) + `"}`}},
		"many": {[]string{`["a"]`, `["none"]`, `["c","a",{"other":"x"}]`},
			[]string{`[]`, quote("a"), `["a","a"]`, `["a","b","c",{"other":"x"}]`, `["a","none"]`, `[{"other":"x"},{"other":"y"}]`, `["z"]`, `[null]`}},
		"why":   {[]string{quote("x"), quote(strings.Repeat("ä", 10_000)), quote(`a\r\nb`)}, []string{quote(""), "1", "null", quote(strings.Repeat("ä", 10_001)), quote(`a\u0000`)}},
		"short": {[]string{quote("äö"), quote("🙂🙂🙂🙂")}, []string{quote("ä"), quote("abcde")}},
		"mail":  {[]string{quote("a@example.org")}, []string{quote("a@b, c@d"), quote("Bob <a@b.c>"), quote("a")}},
		"long":  {[]string{quote(`line\nline`)}, []string{quote(strings.Repeat("x", 10_001))}},
		"n":     {[]string{"-1.5", "9007199254740992"}, []string{"9007199254740994", "1e400", quote("1"), "null"}}, // attack 13
		"tenth": {[]string{"0", "0.3", "0.7", "1"}, []string{"0.35", "-0.1", "1.1"}},
		"day":   {[]string{quote("2026-01-01"), quote("2026-12-31")}, []string{quote("2025-12-31"), quote("2027-01-01"), quote("2026-02-30"), quote("2026-1-1"), quote(""), "20260101"}},
		"src":   {[]string{quote("mail"), quote("")}, []string{"1", quote(strings.Repeat("x", 201))}},
	} {
		for i, list := range [][]string{cases.good, cases.bad} {
			for _, a := range list {
				raw := `{"sat":3,"` + q + `":` + a + `}`
				if q == "sat" {
					raw = `{"sat":` + a + `}`
				}
				fields := wrong(c, fastjson.MustParse(raw).GetObject(), true)
				if i == 0 && len(fields) != 0 {
					t.Errorf("%.60s is refused: %v", raw, fields)
				}
				if i == 1 && (len(fields) != 1 || fields[0].Pointer != "#/answers/"+q || fields[0].Detail == "") {
					t.Errorf("%.60s: got %v, want #/answers/%s", raw, fields, q)
				}
			}
		}
	}
}

func TestUnknownAndSkippedQuestionsAreNamed(t *testing.T) {
	c := compiled(t)
	for _, k := range []struct {
		name, raw, pointer string
		complete           bool
	}{
		{"a required question skipped (attack 10)", `{}`, "#/answers/sat", true},
		{"a partial response may skip it", `{}`, "", false},
		{"an unknown question", `{"sat":1,"zz":1}`, "#/answers/zz", true},
		{"an unknown question with a slash", `{"sat":1,"a/b~":1}`, "#/answers/a~1b~0", true},
	} {
		fields := wrong(c, fastjson.MustParse(k.raw).GetObject(), k.complete)
		if k.pointer == "" && len(fields) > 0 || k.pointer != "" && (len(fields) != 1 || fields[0].Pointer != k.pointer) {
			t.Errorf("%s: %v", k.name, fields)
		}
	}
}

func FuzzJudge(f *testing.F) {
	c := compiled(f)
	for _, s := range []string{`{"sat":4}`, `{"many":["a",{"other":"x"}]}`, `{"n":1e400}`, `{"day":"2026-01-01","own":{"other":"x"}}`, `{"sat":-0,"why":"\u0000"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if strict.Check(raw) != nil {
			return // never gets that far
		}
		v, err := fastjson.ParseBytes(raw)
		if err != nil {
			return
		}
		o, err := v.Object()
		if err != nil {
			return
		}
		fields := wrong(c, o, true)
		if len(fields) > 0 {
			for _, field := range fields {
				if !strings.HasPrefix(field.Pointer, "#/answers/") || field.Detail == "" {
					t.Errorf("%+v", field)
				}
			}
			return
		}
		// What passed must be what scores and exports rely on.
		for q, scale := range map[string][2]int{"sat": {1, 5}, "effort": {1, 7}, "nps": {0, 10}, "feel": {-2, 2}, "stars": {1, 5}} {
			if a := o.Get(q); a != nil {
				if n, err := a.Float64(); err != nil || n != float64(int(n)) || int(n) < scale[0] || int(n) > scale[1] {
					t.Errorf("%s passed for %s", a, q)
				}
			} else if q == "sat" {
				t.Error("the required answer is missing")
			}
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	c := compiled(b)
	o := fastjson.MustParse(`{"sat":4,"feel":-1,"why":"Two days late","one":"a","many":["a","b"]}`).GetObject()
	b.ReportAllocs()
	for b.Loop() {
		if fields := wrong(c, o, true); len(fields) > 0 {
			b.Fatal(fields)
		}
	}
}

func TestHiddenQuestionsAreAnsweredByTheirDefault(t *testing.T) {
	c, err := surveys.Compile(surveys.Version{Survey: "srv_1", Number: 1, Document: []byte(doc(sat + `,
		{"id":"src","type":"hidden","default":"a \"quoted\" ä","required":true},{"id":"plain","type":"hidden"},{"id":"none","type":"hidden","default":""},{"id":"last","type":"hidden","default":"z"}`))})
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ sent, want string }{
		"none is sent":          {`{"sat":3}`, `{"sat":3,"src":"a \"quoted\" ä","last":"z"}`},
		"one is sent":           {`{"src":"mail","sat":3}`, `{"src":"mail","sat":3,"last":"z"}`},
		"an empty text is sent": {`{"sat":3,"src":"","last":""}`, `{"sat":3,"src":"","last":""}`},
		"nothing at all":        {`{}`, `{"src":"a \"quoted\" ä","last":"z"}`},
	} {
		got, err := c.WithDefaults([]byte(x.sent), new(c.Walk(fastjson.MustParse(x.sent).GetObject(), outside)))
		if err != nil || string(got) != x.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if fields := wrong(c, fastjson.MustParse(`{"sat":3}`).GetObject(), true); len(fields) > 0 {
		t.Errorf("a required question with a default is missed: %v", fields)
	}
}
