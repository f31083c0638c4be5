package question

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	v2 "github.com/go-json-experiment/json"
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/words"
)

// asked gives every sample question, ready.
func asked(f *testing.F) (list []*Question, checks, demands []Check) {
	for _, name := range Names() {
		for _, s := range samples[name] {
			q := parse(f, s.question)
			ty, _ := Find(name)
			list, checks, demands = append(list, q), append(checks, ty.Compile(q)), append(demands, ty.Demand(q))
		}
	}
	return list, checks, demands
}

// FuzzAnswers: no JSON makes anything panic that looks at an answer, be it
// good, bad or of another type.
func FuzzAnswers(f *testing.F) {
	for _, list := range samples {
		for _, s := range list {
			for _, of := range []map[string]string{s.bad, s.said} {
				for a := range of {
					f.Add([]byte(a))
				}
			}
		}
	}
	for _, s := range []string{`{"other":{"other":1}}`, `{"id":[],"bytes":1e400}`, `[[[]]]`, `{"a":1,"a":1}`, `[{"other":null}]`, `-0`, `"\ud800"`} {
		f.Add([]byte(s))
	}
	list, checks, demands := asked(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := fastjson.ParseBytes(raw)
		if err != nil {
			return
		}
		w := words.In("de")
		for i, q := range list {
			ty, _ := Find(q.Type)
			wrong := checks[i](v)
			if wrong == nil {
				demands[i](v)
			} else if wrong.Detail == "" || wrong.Word == "" {
				t.Errorf("%s: %s is refused without a reason", q.Type, raw)
			}
			ty.Read(q, Values(ty.Fields(q, v)))
			for _, part := range []string{"", "box", "a", "other", "id"} {
				ty.Symbol(q, part)
				ty.Value(q, v, part)
				ty.Say(q, v, part, "de", w)
			}
			Files(q, v)
		}
	})
}

// FuzzForms: whatever a form holds is read as nothing, or as JSON that is
// good or is refused.
func FuzzForms(f *testing.F) {
	for _, list := range samples {
		for _, s := range list {
			for form := range s.forms {
				f.Add(strings.TrimPrefix(form, "~"))
			}
		}
	}
	f.Add("q=%0d%0d%0a")
	f.Add("q=%ff&q.other=%00&q.box=%0d%0a&q.a=1&q.a=2&q.bytes=%0a&q.name=%22%5c")
	list, checks, _ := asked(f)
	f.Fuzz(func(t *testing.T, query string) {
		form, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for i, q := range list {
			ty, _ := Find(q.Type)
			got := ty.Read(q, Values(form))
			if got == nil {
				continue
			}
			v, err := fastjson.ParseBytes(got)
			if err != nil || !json.Valid(got) {
				t.Fatalf("%s: %q is read as %s, which is no JSON", q.Type, query, got)
			}
			if checks[i](v) != nil {
				continue
			}
			if again := ty.Read(q, Values(ty.Fields(q, v))); !same(t, again, got) {
				t.Errorf("%s: %s is read as %s when it is shown again", q.Type, got, again)
			}
		}
	})
}

// FuzzDrafts: a preview shows drafts that cannot be published, and no rule in
// one, however wrong, makes anything panic.
func FuzzDrafts(f *testing.F) {
	for _, name := range Names() {
		for _, s := range samples[name] {
			f.Add([]byte(s.question), `["a"]`, "q=a&q.other=b&q.box=good&q.a=1")
		}
		f.Add([]byte(`{"id":"q","type":"`+name+`"}`), "4", "q=4")
	}
	for _, s := range []string{`{"id":"q","type":"emotion_words","max":-1,"words":[{"id":"w","valence":1e300}]}`, `{"id":"q","type":"choices","min":9,"max":-1.5,"options":[{"id":"other"}]}`, `{"id":"q","type":"number","min":2,"max":1,"step":-1}`,
		`{"id":"q","type":"file","accept":[],"max_bytes":-1}`, `{"id":"q","type":"date","min":"x","max":""}`, `{"id":"q","type":"text","min_length":-5,"max_length":-9,"format":"x"}`, `{"id":"q","type":"matrix","rows":[{"id":"r"}],"required":true}`} {
		f.Add([]byte(s), `{"r":1}`, "q=1&q.r=x")
	}
	f.Fuzz(func(t *testing.T, doc []byte, answer, query string) {
		var q Question
		if v2.Unmarshal(doc, &q) != nil {
			return
		}
		ty, known := Find(q.Type)
		var malformed, l, ready fault.List
		if CheckDraft(&q, &malformed, &l, "#"); !known || len(malformed.Fields())+len(l.Fields()) > 0 {
			return
		}
		CheckReady(&q, &ready, "#")
		check, demand := ty.Compile(&q), ty.Demand(&q)
		c := ty.Control(&q)
		c.Order(1)
		Images(&q)
		form, _ := url.ParseQuery(query)
		demand(nil)
		for _, raw := range [][]byte{[]byte(answer), ty.Read(&q, Values(form))} {
			v, err := fastjson.ParseBytes(raw)
			if err != nil {
				continue
			}
			if check(v) == nil {
				demand(v)
			}
			ty.Fields(&q, v)
			ty.Symbol(&q, "r")
			ty.Value(&q, v, "")
			ty.Say(&q, v, "", "en", words.In("en"))
		}
		if b, err := v2.Marshal(&q); err != nil {
			t.Errorf("%s cannot be written: %v", b, err)
		}
	})
}

// FuzzCells: no cell of a table makes a reader panic.
func FuzzCells(f *testing.F) {
	for _, s := range []string{"", "a|b", "box=good|", "{", "[1]", `{"other":1}`, "\xff", "true", "1e999", "|=|=", "Heard"} {
		f.Add(s)
	}
	list, checks, _ := asked(f)
	f.Fuzz(func(t *testing.T, cell string) {
		for i, q := range list {
			ty, _ := Find(q.Type)
			answer, err := ty.Cell(q, cell)
			if err != nil {
				continue
			}
			b, err := json.Marshal(answer)
			if err != nil {
				t.Fatalf("%s: %q: %v", q.Type, cell, err)
			}
			checks[i](fastjson.MustParseBytes(b))
		}
	})
}

// TestGoodAnswersCostNoMemory: what every answer goes through allocates nothing,
// but for the formats that the standard library reads.
func TestGoodAnswersCostNoMemory(t *testing.T) {
	for _, ty := range types {
		r := rand.New(rand.NewPCG(9, 10))
		for range 50 {
			q, a := made(t, r, ty)
			check, demand, v := ty.Compile(q), ty.Demand(q), fastjson.MustParseBytes(a)
			if check(v) != nil { // reads what is read once
				t.Fatalf("%s: %s", ty.Name(), a)
			}
			if n := testing.AllocsPerRun(20, func() { check(v); demand(v) }); n != 0 {
				t.Errorf("%s: %s: %v allocations", ty.Name(), a, n)
			}
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, ty := range types {
		r := rand.New(rand.NewPCG(11, 12))
		q, a := made(b, r, ty)
		check, v := ty.Compile(q), fastjson.MustParseBytes(a)
		b.Run(ty.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if wrong := check(v); wrong != nil {
					b.Fatal(wrong.Detail)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, ty := range types {
		r := rand.New(rand.NewPCG(11, 12))
		q, a := made(b, r, ty)
		form := Values(ty.Fields(q, fastjson.MustParseBytes(a)))
		b.Run(ty.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ty.Read(q, form)
			}
		})
	}
}
