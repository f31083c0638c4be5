package question

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fastjson"

	"waymark/surveys/words"
)

// TestNumbersBeyondExactnessAreRefused is attack 13, in every place of an
// answer that takes a number.
func TestNumbersBeyondExactnessAreRefused(t *testing.T) {
	for q, places := range map[string][]string{
		`{"type":"number"}`: {"%s"}, `{"type":"nps"}`: {"%s"}, `{"type":"file"}`: {`{"id":"` + aFile + `","bytes":%s}`},
	} {
		q := parse(t, `{"id":"q","title":"T",`+q[1:])
		ty, _ := Find(q.Type)
		check := ty.Compile(q)
		for _, place := range places {
			for _, n := range []string{"9007199254740994", "-9007199254740994", "18446744073709551616", "1e300", "1e999", "-1e999"} {
				answer := fmt.Sprintf(place, n)
				wrong := check(fastjson.MustParse(answer))
				if wrong == nil {
					t.Fatalf("%s takes %s", q.Type, answer)
				}
				inWords(t, wrong)
			}
		}
	}
}

// TestTenMegabytesOfTextAreRefusedAtOnce is attack 15: what comes in by another
// door than the API's is bounded by the check itself.
func TestTenMegabytesOfTextAreRefusedAtOnce(t *testing.T) {
	long := strings.Repeat("ä", 5<<20)
	for _, c := range []struct{ question, field string }{
		{`{"type":"text"}`, "q"}, {`{"type":"long_text"}`, "q"}, {`{"type":"hidden"}`, "q"}, {`{"type":"number"}`, "q"}, {`{"type":"date"}`, "q"}, {`{"type":"csat"}`, "q"},
		{`{"type":"choice","other":true}`, "q.other"}, {`{"type":"choices","other":true}`, "q.other"}, {`{"type":"consent"}`, "q"}, {`{"type":"emotion_words"}`, "q"},
		{`{"type":"matrix","rows":[{"id":"r"}],"columns":[{"id":"c"}]}`, "q.r"}, {`{"type":"ranking","options":[{"id":"r"},{"id":"s"}]}`, "q.r"}, {`{"type":"picture","options":[{"id":"r"}]}`, "q"}, {`{"type":"file"}`, "q"},
	} {
		q := parse(t, `{"id":"q","title":"T",`+c.question[1:])
		ty, _ := Find(q.Type)
		begun := time.Now()
		wrong := ty.Compile(q)(fastjson.MustParseBytes(ty.Read(q, Values{c.field: {long}})))
		if wrong == nil {
			t.Fatalf("%s takes 10 MB", q.Type)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%s: reading and refusing 10 MB took %v", q.Type, took)
		}
		if len(wrong.Detail) > 1000 {
			t.Errorf("%s: the refusal repeats what was sent", q.Type)
		}
	}
}

// TestWhatIsNoTextIsRefused is attack 19, by forms: invalid UTF-8 and NUL get
// into no answer, and nothing is replaced in silence.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	fields := map[string]string{"choice": "q.other", "choices": "q.other", "matrix": "q.box", "ranking": "q.a", "file": "q.name"}
	each(t, func(t *testing.T, ty Type, q *Question, s sample) {
		name := fields[ty.Name()]
		if name == "" || strings.HasSuffix(name, ".other") && !q.Other {
			name = "q"
		}
		for _, bad := range []string{"a\xff", "\xed\xa0\x80", "a\x00b", "\xc3"} {
			form := Values{name: {bad}}
			if ty.Name() == "file" {
				form["q"] = []string{aFile}
			}
			if got := ty.Read(q, form); got == nil || ty.Compile(q)(fastjson.MustParseBytes(got)) == nil {
				t.Errorf("%s=%q is read as %s and taken", name, bad, got)
			}
		}
	})
}

// TestTextsThatDeceiveAreKeptAsData is attack 20: what shows them neutralises
// them, nothing here changes or drops them.
func TestTextsThatDeceiveAreKeptAsData(t *testing.T) {
	for _, s := range []string{"pay \u202eesrever", "zero\u200bwidth", "z\u0351\u0352\u0353\u0354algo", "\u2066isolate\u2069", "\ufeffbom"} {
		for q, field := range map[string]string{`{"type":"text"}`: "q", `{"type":"long_text"}`: "q", `{"type":"hidden"}`: "q", `{"type":"choice","other":true}`: "q.other"} {
			q := parse(t, `{"id":"q","title":"T",`+q[1:])
			ty, _ := Find(q.Type)
			v := fastjson.MustParseBytes(ty.Read(q, Values{field: {s}}))
			if wrong := ty.Compile(q)(v); wrong != nil {
				t.Errorf("%s: %q is refused: %s", q.Type, s, wrong.Detail)
			}
			if got := ty.Fields(q, v).Get(field); got != s {
				t.Errorf("%s: %q is shown as %q", q.Type, s, got)
			}
			if got := ty.Say(q, v, "", "en", words.In("en")); got != s {
				t.Errorf("%s: %q is said %q", q.Type, s, got)
			}
		}
	}
}

// TestTemplatesInTitlesStayLiteral is attack 24: what an author calls an option
// is put into sentences as it stands.
func TestTemplatesInTitlesStayLiteral(t *testing.T) {
	for _, title := range []string{"{{.Secret}}", "${HOME}", "{ip}", "{n} {option} {max}", "%s %d", "{{contact"} {
		q := &Question{ID: "q", Type: "choices", Options: []Option{{ID: "a", Title: Text{Plain: "A"}}, {ID: "b", Title: Text{Plain: title}, Exclusive: true}}}
		wrong := choices{}.Compile(q)(fastjson.MustParse(`["a","b"]`))
		if s := words.In("en").Say(wrong.Word, wrong.Fill...); s != "“"+title+"” cannot be chosen together with others." {
			t.Errorf("%q", s)
		}
		if s := (choices{}).Say(q, fastjson.MustParse(`["b"]`), "", "en", words.In("en")); s != title {
			t.Errorf("%q is said %q", title, s)
		}
		hidden, _ := Find(Hidden)
		if s := hidden.Say(q, fastjson.MustParse(`"`+title+`"`), "", "en", words.In("en")); s != title {
			t.Errorf("%q is said %q", title, s)
		}
	}
}
