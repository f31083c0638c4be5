package page

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/valyala/fastjson"

	"waymark/surveys/logic"
	"waymark/surveys/question"
	"waymark/surveys/words"
)

// drawnOf is a question as the flow gives it to the page.
func drawnOf(q *question.Question, w *words.Words, values url.Values) Field {
	t, _ := question.Find(q.Type)
	c := t.Control(q)
	f := Field{ID: q.ID, Control: c, Title: q.ID, Values: values, Low: c.Low.In("en", w), High: c.High.In("en", w), Agree: c.Text.In("en")}
	for _, o := range c.Choices {
		f.Choices = append(f.Choices, Choice{Value: o.Value, Text: o.Label.In("en", w), Exclusive: o.Exclusive})
	}
	for _, r := range c.Rows {
		f.Rows = append(f.Rows, Row{ID: r.ID, Text: r.Label.In("en", w)})
	}
	return f
}

// meanings are questions of every type with answers to them, and the parts that
// expressions may name.
var meanings = []struct {
	question string
	answers  []string
	parts    []string
}{
	{`{"id":"a","type":"csat"}`, []string{`1`, `5`, ``}, nil},
	{`{"id":"a","type":"csat","labels":{"low":"bad","high":"good"}}`, []string{`3`}, nil},
	{`{"id":"a","type":"ces"}`, []string{`7`}, nil},
	{`{"id":"a","type":"nps"}`, []string{`0`, `10`}, nil},
	{`{"id":"a","type":"emotion"}`, []string{`-2`, `0`, ``}, nil},
	{`{"id":"a","type":"rating"}`, []string{`4`}, nil},
	{`{"id":"a","type":"rating","shape":"numbers"}`, []string{`2`}, nil},
	{`{"id":"a","type":"emotion_words"}`, []string{`["heard"]`, `["calm","rushed"]`, ``}, nil},
	{`{"id":"a","type":"choice","other":true,"options":[{"id":"1","title":"One"},{"id":"x","title":"X"}]}`, []string{`"1"`, `"x"`, `{"other":"Teal"}`, ``}, nil},
	{`{"id":"a","type":"choices","other":true,"options":[{"id":"1","title":"One"},{"id":"x","title":"X"}]}`, []string{`["1"]`, `["1","x"]`, `["x",{"other":"Teal"}]`, ``}, nil},
	{`{"id":"a","type":"matrix","rows":[{"id":"r","title":"R"},{"id":"id","title":"S"}],"columns":[{"id":"1","title":"One"},{"id":"x","title":"X"}]}`, []string{`{"r":"1","id":"x"}`, `{"id":"1"}`, ``}, []string{"r", "id"}},
	{`{"id":"a","type":"matrix","multiple":true,"rows":[{"id":"r","title":"R"},{"id":"s","title":"S"}],"columns":[{"id":"1","title":"One"},{"id":"x","title":"X"}]}`, []string{`{"r":["1","x"],"s":["x"]}`, `{"s":["1"]}`, ``}, []string{"r", "s"}},
	{`{"id":"a","type":"ranking","options":[{"id":"p","title":"P"},{"id":"q","title":"Q"},{"id":"r","title":"R"}]}`, []string{`["q","p","r"]`, ``}, nil},
	{`{"id":"a","type":"text"}`, []string{`"Ana"`, `"5"`, `"true"`, ``}, nil},
	{`{"id":"a","type":"text","format":"email"}`, []string{`"ana@example.org"`}, nil},
	{`{"id":"a","type":"long_text"}`, []string{`"Late,\nand wet"`, ``}, nil},
	{`{"id":"a","type":"number"}`, []string{`2.5`, `-3`, `0`, `1e21`, ``}, nil},
	{`{"id":"a","type":"date"}`, []string{`"2026-11-20"`, ``}, nil},
	{`{"id":"a","type":"consent","text":"Yes?","version":"1"}`, []string{`true`, ``}, nil},
	{`{"id":"a","type":"picture","options":[{"id":"1","title":"One","image":"fil_1"},{"id":"x","title":"X","image":"fil_2"}]}`, []string{`"1"`, ``}, nil},
	{`{"id":"a","type":"picture","multiple":true,"options":[{"id":"1","title":"One","image":"fil_1"},{"id":"x","title":"X","image":"fil_2"}]}`, []string{`["1","x"]`, ``}, nil},
	{`{"id":"a","type":"file"}`, []string{`{"id":"fil_abc","name":"a.png","type":"image/png","bytes":20}`, ``}, nil},
}

// module reads a script of the page as plain code.
func module(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^import .*$|^export `).ReplaceAllString(string(b), "")
}

// TestFieldsMeanToThePageWhatTheyMeanToTheServer shows every answer again in its
// inputs, and compares what the page's script makes of those with what the
// server's expressions see; the same for answers of other pages, which the
// script gets as JSON.
func TestFieldsMeanToThePageWhatTheyMeanToTheServer(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	h.answer = func(w http.ResponseWriter, _ url.Values) { w.WriteHeader(204) }
	w := words.In("en")
	code := module(t, "assets/page/follow.js")
	kinds := map[string]bool{}
	for _, m := range meanings {
		var q question.Question
		if err := jsonv2.Unmarshal([]byte(m.question), &q); err != nil {
			t.Fatal(err)
		}
		typ, known := question.Find(q.Type)
		if !known {
			t.Fatalf("there is no type %s", q.Type)
		}
		kinds[q.Type] = true
		for _, a := range m.answers {
			var answer *fastjson.Value
			values := url.Values{}
			if a != "" {
				answer = fastjson.MustParse(a)
				values = typ.Fields(&q, answer)
			}
			v := speaking("en").view(drawnOf(&q, w, values))
			h.show(t, ctx, v)
			for _, part := range append([]string{""}, m.parts...) {
				want := plainly(typ.Value(&q, answer, part))
				raw := a
				if raw == "" {
					raw = "undefined"
				}
				got := see(t, ctx, `(() => {`+code+`; return JSON.stringify([value(read(document.querySelector('[data-q]')), `+strconv.Quote(part)+`), value(`+raw+`, `+strconv.Quote(part)+`)])})()`)
				var pair [2]any
				if err := json.Unmarshal([]byte(got), &pair); err != nil {
					t.Fatal(err)
				}
				for i, where := range []string{"in its inputs", "of another page"} {
					if x := present(pair[i]); !reflect.DeepEqual(x, want) {
						t.Errorf("%s, part %q: %s %s is %v to the page and %v to the server", m.question, part, a, where, x, want)
					}
				}
			}
		}
	}
	for _, name := range question.Names() {
		if !kinds[name] && name != question.Hidden {
			t.Errorf("no answer to a %s is compared", name)
		}
	}
}

// plainly is a value of the server as JSON of the page would read.
func plainly(v logic.Value) any {
	switch x := v.Any().(type) {
	case []string:
		if len(x) == 0 {
			return nil
		}
		out := make([]any, len(x))
		for i := range x {
			out[i] = x[i]
		}
		return out
	case float64:
		return x
	default:
		return x
	}
}

// present is what an expression sees of a value of the page: what is empty is
// null there, and a record counts by its parts.
func present(v any) any {
	switch x := v.(type) {
	case []any:
		if len(x) == 0 {
			return nil
		}
	case map[string]any:
		if n := x["parts"].(float64); n > 0 {
			return n
		}
		return nil
	}
	return v
}
