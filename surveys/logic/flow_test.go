package logic

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func number(string) (Symbol, bool) { return Symbol{Kind: Number}, true }

func options(ids ...string) func(string) (Symbol, bool) {
	return func(part string) (Symbol, bool) { return Symbol{Kind: Text, Options: ids}, part == "" }
}

// box is a matrix with the row box.
func box(part string) (Symbol, bool) {
	switch part {
	case "":
		return Symbol{Kind: Record}, true
	case "box":
		return Symbol{Kind: Text, Options: []string{"good", "bad"}}, true
	}
	return Symbol{}, false
}

func delivery() []Source {
	return []Source{
		{ID: "sat", Required: true, Symbol: number},
		{ID: "why", ShowIf: "sat < 4", RequiredIf: "sat == 1", Symbol: options("late", "broken", "other"), Jumps: []SourceJump{{"why == 'late'", "again"}, {"why == 'broken' and sat == 1", "end"}}},
		{ID: "parts", ShowIf: "why == 'broken'", Symbol: box},
		{ID: "photo", ShowIf: "parts.box == 'bad'", Symbol: options()},
		{ID: "again", RequiredIf: "calc.score > 5 and property.state == 'SP'", Symbol: number},
	}
}

var values = []SourceValue{{"score", "sat * 2"}, {"both", "calc.score + again"}}

func TestAPathFollowsTheAnswers(t *testing.T) {
	f, problems := NewFlow(delivery(), values)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if f.Plain() {
		t.Error("a flow with logic is called plain")
	}
	for _, c := range []struct {
		name            string
		answers         map[string]Value
		shown, required string
		calculated      string
	}{
		{"nothing answered shows what nothing hides", nil, "sat again", "sat", ""},
		{"a good score skips the reasons", map[string]Value{"sat": Num(5)}, "sat again", "sat again", "score=10"},
		{"a bad one asks for them", map[string]Value{"sat": Num(2)}, "sat why again", "sat", "score=4"},
		{"the worst needs one", map[string]Value{"sat": Num(1)}, "sat why again", "sat why", "score=2"},
		{"the first jump that is true is taken", map[string]Value{"sat": Num(1), "why": Str("late")}, "sat why again", "sat why", "score=2"},
		{"a jump to the end leaves nothing after it", map[string]Value{"sat": Num(1), "why": Str("broken"), "again": Num(3)}, "sat why", "sat why", "score=2"},
		{"parts are named by row", map[string]Value{"sat": Num(3), "why": Str("broken"), "parts": Group(1), "parts.box": Str("bad"), "again": Num(3)},
			"sat why parts photo again", "sat again", "score=6 both=9"},
		{"a hidden answer is no answer", map[string]Value{"sat": Num(5), "why": Str("broken"), "parts.box": Str("bad")}, "sat again", "sat again", "score=10"},
	} {
		p := f.Walk(func(i int, part string) Value {
			name := f.steps[i].id
			if part != "" {
				name += "." + part
			}
			return c.answers[name]
		}, func(name string) Value {
			if name == "property.state" {
				return Str("SP")
			}
			return Value{}
		})
		var shown, required, calculated []string
		for i, s := range f.steps {
			if p.Shown[i] {
				shown = append(shown, s.id)
			}
			if p.Required[i] {
				required = append(required, s.id)
			}
		}
		for _, v := range p.Calculated {
			calculated = append(calculated, fmt.Sprint(v.ID, "=", v.Value.Any()))
		}
		if got := strings.Join(shown, " "); got != c.shown {
			t.Errorf("%s: shown %q, want %q", c.name, got, c.shown)
		}
		if got := strings.Join(required, " "); got != c.required {
			t.Errorf("%s: required %q, want %q", c.name, got, c.required)
		}
		if got := strings.Join(calculated, " "); got != c.calculated {
			t.Errorf("%s: calculated %q, want %q", c.name, got, c.calculated)
		}
	}
}

func TestPublishingRefusesFaultyLogic(t *testing.T) {
	for _, c := range []struct {
		name    string
		mend    func([]Source)
		values  []SourceValue
		pointer string
		detail  string
	}{
		{"an unknown name", func(q []Source) { q[1].ShowIf = "stars < 4" }, values, "#/questions/1/show_if", "no question"},
		{"a later question", func(q []Source) { q[1].ShowIf = "again < 4" }, values, "#/questions/1/show_if", "comes later"},
		{"itself", func(q []Source) { q[1].ShowIf = "why == 'late'" }, values, "#/questions/1/show_if", "comes later"},
		{"a value made of a later answer", func(q []Source) { q[1].ShowIf = "calc.both > 1" }, values, "#/questions/1/show_if", "comes later"},
		{"an unknown value", func(q []Source) { q[4].RequiredIf = "calc.nothing > 1" }, values, "#/questions/4/required_if", "no calculated value"},
		{"a value before it is made", func([]Source) {}, []SourceValue{{"a", "calc.b"}, {"b", "1"}, {"score", "sat"}, {"both", "1"}}, "#/calculated/0/value", "no calculated value"},
		{"two values of one name", func([]Source) {}, append(slices.Clone(values), SourceValue{"score", "1"}), "#/calculated/2/id", "twice"},
		{"a list as a value", func([]Source) {}, append(slices.Clone(values), SourceValue{"list", "parts"}), "#/calculated/2/value", "a number, a text"},
		{"an unknown row", func(q []Source) { q[3].ShowIf = "parts.lid == 'bad'" }, values, "#/questions/3/show_if", "no part"},
		{"an unknown option", func(q []Source) { q[3].ShowIf = "why == 'lost'" }, values, "#/questions/3/show_if", "no option"},
		{"a number as a condition", func(q []Source) { q[1].ShowIf = "sat" }, values, "#/questions/1/show_if", "true or false"},
		{"a jump back", func(q []Source) { q[4].Jumps = []SourceJump{{"true", "sat"}} }, values, "#/questions/4/jump/0/to", "forward"},
		{"a jump to itself", func(q []Source) { q[1].Jumps[0].To = "why" }, values, "#/questions/1/jump/0/to", "forward"},
		{"a jump to nowhere", func(q []Source) { q[1].Jumps[0].To = "nowhere" }, values, "#/questions/1/jump/0/to", "no question"},
		{"a jump without a condition", func(q []Source) { q[1].Jumps[0].If = "" }, values, "#/questions/1/jump/0/if", "missing"},
		{"a question that is never shown", func(q []Source) { q[1].ShowIf = "1 > 2" }, values, "#/questions/1/show_if", "never"},
		{"a question that every way jumps over", func(q []Source) { q[0].Jumps = []SourceJump{{"true", "parts"}}; q[2].ShowIf = ""; q[3].ShowIf = "" }, values, "#/questions/1", "No way"},
		{"a contact's secret", func(q []Source) { q[1].ShowIf = "contact.email == 'a'" }, values, "#/questions/1/show_if", "contact has"},
	} {
		q := delivery()
		c.mend(q)
		_, problems := NewFlow(q, c.values)
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Pointer == c.pointer && strings.Contains(p.Detail, c.detail) }) {
			t.Errorf("%s: %v, want %s at %s", c.name, problems, c.detail, c.pointer)
		}
	}
}

func TestASurveyWithoutLogicIsPlain(t *testing.T) {
	f, problems := NewFlow([]Source{{ID: "sat", Required: true, Symbol: number}, {ID: "why", Symbol: options()}}, nil)
	if len(problems) > 0 || !f.Plain() {
		t.Error("it is not plain", problems)
	}
}

// TestValuesOfValuesStayCheap: without what Walk remembers this would take 2^60 steps.
func TestValuesOfValuesStayCheap(t *testing.T) {
	vs := []SourceValue{{"v0", "sat"}}
	for i := range 60 {
		vs = append(vs, SourceValue{fmt.Sprint("v", i+1), fmt.Sprintf("calc.v%d + calc.v%d", i, i)})
	}
	f, problems := NewFlow([]Source{{ID: "sat", Symbol: number}}, vs)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	done := make(chan Path, 1)
	go func() {
		done <- f.Walk(func(int, string) Value { return Num(1) }, func(string) Value { return Value{} })
	}()
	select {
	case p := <-done:
		if got, _ := p.Calculated[60].Value.Float(); got != 1<<60 {
			t.Error(got)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}

// To look a large answer through takes long, and an expression may name it often.
func TestAnAnswerIsLookedAtOnceOnAWay(t *testing.T) {
	often := strings.Repeat("a + ", 200) + "a > 0"
	f, problems := NewFlow([]Source{{ID: "a", Symbol: number}, {ID: "b", ShowIf: often, RequiredIf: often, Symbol: number}}, []SourceValue{{"v", "a + a"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	looks := 0
	p := f.Walk(func(int, string) Value { looks++; return Num(1) }, func(string) Value { return Value{} })
	if looks != 1 || !p.Shown[1] || !p.Required[1] {
		t.Errorf("%d looks, %+v", looks, p)
	}
}

// TestRandomFlowsKeepTheirPromises: an answer to what is not shown changes
// nothing, and what is required is shown.
func TestRandomFlowsKeepTheirPromises(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 2000 {
		n := 2 + r.IntN(8)
		qs := make([]Source, n)
		for i := range qs {
			qs[i] = Source{ID: fmt.Sprint("q", i), Symbol: number, Required: r.IntN(4) == 0}
			if i > 0 && r.IntN(2) == 0 {
				qs[i].ShowIf = fmt.Sprintf("q%d %s %d", r.IntN(i), []string{"<", "==", ">="}[r.IntN(3)], r.IntN(4))
			}
			if i > 0 && r.IntN(3) == 0 {
				qs[i].RequiredIf = fmt.Sprintf("not answered(q%d)", r.IntN(i))
			}
			if i < n-1 && r.IntN(3) == 0 {
				qs[i].Jumps = []SourceJump{{fmt.Sprintf("q%d == %d", r.IntN(i+1), r.IntN(4)), fmt.Sprint("q", i+1+r.IntN(n-i-1))}}
			}
		}
		f, problems := NewFlow(qs, []SourceValue{{"sum", fmt.Sprintf("q0 + q%d", n-1)}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		given := make([]Value, n)
		for i := range given {
			if r.IntN(4) > 0 {
				given[i] = Num(float64(r.IntN(4)))
			}
		}
		nothing := func(string) Value { return Value{} }
		p := f.Walk(func(i int, _ string) Value { return given[i] }, nothing)
		for i := range given {
			if p.Required[i] && !p.Shown[i] {
				t.Fatal("a hidden question is required")
			}
			if !p.Shown[i] {
				given[i] = Num(float64(r.IntN(4)))
			}
		}
		if again := f.Walk(func(i int, _ string) Value { return given[i] }, nothing); !reflect.DeepEqual(p, again) {
			t.Fatalf("answers to what is not shown change the path: %+v %+v", p, again)
		}
	}
}
