package surveys_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/valyala/fastjson"

	"waymark/surveys"
	"waymark/surveys/logic"
)

// maker makes surveys with logic that publishing takes, and answers to them.
type maker struct{ *rand.Rand }

// sorts are the questions that are made: scales, options, lists and texts, each
// with the kind of value that expressions see.
var sorts = []string{"number", "choice", "choices", "text", "hidden"}

func (m maker) pick(of ...string) string { return of[m.IntN(len(of))] }

// number writes an expression of a number over the first n questions.
func (m maker) number(sorts []string, n, calc, depth int) string {
	var named []string
	for i, s := range sorts[:n] {
		switch s {
		case "number":
			named = append(named, fmt.Sprintf("q%d", i))
		case "choices":
			named = append(named, fmt.Sprintf("count(q%d)", i))
		}
	}
	for i := range calc {
		named = append(named, fmt.Sprintf("calc.c%d", i))
	}
	switch k := m.IntN(6); {
	case k < 3 && len(named) > 0:
		return m.pick(named...)
	case k < 5 && depth > 0:
		return "(" + m.number(sorts, n, calc, depth-1) + m.pick(" + ", " - ", " * ", " / ") + m.number(sorts, n, calc, depth-1) + ")"
	}
	return fmt.Sprint(m.IntN(4))
}

// condition writes one that is true or false.
func (m maker) condition(sorts []string, n, calc, depth int) string {
	if depth > 0 && m.IntN(3) == 0 {
		return "(" + m.condition(sorts, n, calc, depth-1) + m.pick(" and ", " or ") + m.condition(sorts, n, calc, depth-1) + ")"
	}
	if m.IntN(6) == 0 {
		return "not " + m.condition(sorts, n, calc, 0)
	}
	if n > 0 {
		i := m.IntN(n)
		q := fmt.Sprintf("q%d", i)
		switch m.IntN(4) {
		case 0:
			return "answered(" + q + ")"
		case 1, 2:
			switch sorts[i] {
			case "choice":
				return m.pick(q+m.pick(" == ", " != ")+m.pick("'a'", "'b'", "'other'"), q+" in ('a', 'other')")
			case "choices":
				return m.pick("'a'", "'b'") + " in " + q
			case "text", "hidden":
				return q + m.pick(" == ", " != ") + "'x'"
			}
		}
	}
	if m.IntN(5) == 0 {
		return "property.state == 'SP'"
	}
	return m.number(sorts, n, calc, 1) + m.pick(" < ", " <= ", " == ", " > ") + m.number(sorts, n, calc, 1)
}

type sketch struct {
	sorts   []string
	sources []logic.Source
	values  []logic.SourceValue
	doc     []byte
}

func (m maker) survey() sketch {
	n := 1 + m.IntN(10)
	var s sketch
	var questions []map[string]any
	for i := range n {
		sort := m.pick(sorts...)
		s.sorts = append(s.sorts, sort)
		q := map[string]any{"id": fmt.Sprintf("q%d", i), "type": sort, "title": "T", "required": m.IntN(3) == 0}
		if sort == "choice" || sort == "choices" {
			q["options"], q["other"] = []map[string]any{{"id": "a", "title": "A"}, {"id": "b", "title": "B"}}, true
		}
		if sort == "hidden" && m.IntN(2) == 0 {
			q["default"] = "x"
		}
		src := logic.Source{ID: q["id"].(string), Required: q["required"].(bool)}
		if m.IntN(3) == 0 {
			src.ShowIf = m.condition(s.sorts, i, 0, 2)
			q["show_if"] = src.ShowIf
		}
		if m.IntN(4) == 0 {
			src.RequiredIf = m.condition(s.sorts, i, 0, 2)
			q["required_if"] = src.RequiredIf
		}
		for range max(0, m.IntN(4)-1) {
			to := "end"
			if k := i + 1 + m.IntN(n-i); k < n {
				to = fmt.Sprintf("q%d", k)
			}
			src.Jumps = append(src.Jumps, logic.SourceJump{If: m.condition(s.sorts, i+1, 0, 1), To: to})
		}
		if src.Jumps != nil {
			var jumps []map[string]string
			for _, j := range src.Jumps {
				jumps = append(jumps, map[string]string{"if": j.If, "to": j.To})
			}
			q["jump"] = jumps
		}
		src.Symbol = func(part string) (logic.Symbol, bool) {
			kind := map[string]logic.Kind{"number": logic.Number, "choices": logic.List}[sort]
			if kind == logic.Null {
				kind = logic.Text
			}
			return logic.Symbol{Kind: kind}, part == ""
		}
		s.sources = append(s.sources, src)
		questions = append(questions, q)
	}
	var calculated []map[string]string
	for i := range m.IntN(3) {
		v := logic.SourceValue{ID: fmt.Sprintf("c%d", i), Value: m.number(s.sorts, n, i, 2)}
		s.values = append(s.values, v)
		calculated = append(calculated, map[string]string{"id": v.ID, "value": v.Value})
	}
	s.doc, _ = json.Marshal(map[string]any{"map": "map_1", "stage": "delivery", "title": "T", "questions": questions, "calculated": calculated})
	return s
}

// answers gives values by question, and the JSON of those that are answered.
func (m maker) answers(s sketch, presets map[int]bool) (values map[int]logic.Value, raw map[string]any) {
	values, raw = map[int]logic.Value{}, map[string]any{}
	for i, sort := range s.sorts {
		if presets[i] {
			values[i] = logic.Str("x")
		}
		if m.IntN(3) == 0 {
			continue
		}
		id := fmt.Sprintf("q%d", i)
		switch sort {
		case "number":
			n := m.IntN(4)
			values[i], raw[id] = logic.Num(float64(n)), n
		case "choice":
			o := m.pick("a", "b", "other")
			values[i], raw[id] = logic.Str(o), any(o)
			if o == "other" {
				raw[id] = map[string]string{"other": "own"}
			}
		case "choices":
			list := [][]string{{"a"}, {"b"}, {"b", "a"}}[m.IntN(3)]
			values[i], raw[id] = logic.Ids(list), list
		default:
			text := m.pick("x", "y")
			values[i], raw[id] = logic.Str(text), text
		}
	}
	return values, raw
}

// What a survey shows, demands and keeps follows from its logic alone.
func TestRandomSurveysAgreeWithTheirLogic(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	hidden, demanded := 0, 0
	for seed := range rounds {
		m := maker{rand.New(rand.NewPCG(uint64(seed), 4))}
		s := m.survey()
		flow, problems := logic.NewFlow(s.sources, s.values)
		c, err := surveys.Compile(surveys.Version{Survey: "srv_1", Number: 1, Document: s.doc})
		if (err == nil) != (len(problems) == 0) {
			t.Fatalf("seed %d: %v, and the logic has %v\n%s", seed, err, problems, s.doc)
		}
		if err != nil {
			continue // such as a question that every way jumps over
		}
		presets := map[int]bool{}
		for i, q := range c.Definition().Questions {
			presets[i] = q.Default != nil
		}
		outside := func(name string) logic.Value { return logic.Str(m.pick("SP")) }
		for range 5 {
			values, raw := m.answers(s, presets)
			body, _ := json.Marshal(raw)
			want := flow.Walk(func(i int, part string) logic.Value { return values[i] }, outside)
			o := fastjson.MustParseBytes(body).GetObject()
			j := c.Judge(o, outside, true)
			if !reflect.DeepEqual(j.Path, want) {
				t.Fatalf("seed %d: %s goes %+v, and the logic says %+v\n%s", seed, body, j.Path, want, s.doc)
			}
			var wrong, got []string
			kept := map[string]any{}
			for i, src := range s.sources {
				_, answered := raw[src.ID]
				switch {
				case answered && !want.Shown[i]:
					wrong = append(wrong, src.ID+" hidden")
					hidden++
				case answered:
					kept[src.ID] = raw[src.ID]
				case want.Required[i] && !presets[i]:
					wrong = append(wrong, src.ID+" needed")
					demanded++
				}
			}
			for _, w := range j.Wrong {
				what := " needed"
				if _, answered := raw[strings.TrimPrefix(w.Pointer, "#/answers/")]; answered {
					what = " hidden"
				}
				got = append(got, strings.TrimPrefix(w.Pointer, "#/answers/")+what)
			}
			slices.Sort(wrong)
			slices.Sort(got)
			if !slices.Equal(got, wrong) {
				t.Fatalf("seed %d: %s is wrong in %v, want %v\n%s", seed, body, got, wrong, s.doc)
			}
			pruned, err := c.Prune(body, outside)
			wantKept, _ := json.Marshal(kept)
			if err != nil || string(pruned) != string(wantKept) {
				t.Fatalf("seed %d: of %s is left %s, want %s: %v\n%s", seed, body, pruned, wantKept, err, s.doc)
			}
			again := c.Judge(fastjson.MustParseBytes(pruned).GetObject(), outside, false)
			if len(again.Wrong) > 0 || !reflect.DeepEqual(again.Path, want) {
				t.Fatalf("seed %d: what is left of %s goes another way: %+v", seed, body, again)
			}
			whole, err := c.WithDefaults(slices.Clone(pruned), &j.Path)
			if err != nil {
				t.Fatal(err)
			}
			if last := c.Judge(fastjson.MustParseBytes(whole).GetObject(), outside, false); len(last.Wrong) > 0 || !reflect.DeepEqual(last.Path, want) {
				t.Fatalf("seed %d: with its defaults %s goes another way: %+v", seed, whole, last)
			}
		}
	}
	if hidden < rounds/10 || demanded < rounds/10 {
		t.Fatalf("only %d answers were hidden and %d demanded: the test tries nothing", hidden, demanded)
	}
	t.Logf("%d answers were hidden, %d demanded", hidden, demanded)
}
