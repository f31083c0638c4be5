package logic

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNeedsNamesAllThatDecides(t *testing.T) {
	symbol := func(part string) (Symbol, bool) { return Symbol{Kind: Number}, part == "" }
	f, problems := NewFlow([]Source{
		{ID: "a", Symbol: symbol}, {ID: "b", Symbol: symbol, ShowIf: "a > 1"}, {ID: "c", Symbol: symbol, ShowIf: "calc.twice > 2", Jumps: []SourceJump{{If: "c == 3", To: "f"}}},
		{ID: "d", Symbol: symbol}, {ID: "e", Symbol: symbol, RequiredIf: "d > 1"}, {ID: "f", Symbol: symbol},
	}, []SourceValue{{ID: "twice", Value: "b * 2"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []string{"", "a", "ab", "abc", "abcd", ""}
	for i, n := range f.Needs() {
		got := ""
		for j, needed := range n {
			if needed {
				got += string(rune('a' + j))
			}
		}
		if got != want[i] {
			t.Errorf("question %c needs %q, want %q", 'a'+i, got, want[i])
		}
	}
	// What changes when one answer does was needed.
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		values := make([]float64, 6)
		for i := range values {
			values[i] = float64(r.IntN(5))
		}
		walk := func() Path {
			return f.Walk(func(q int, _ string) Value { return Num(values[q]) }, func(string) Value { return Value{} })
		}
		before, j := walk(), r.IntN(6)
		values[j] = float64(r.IntN(5))
		after := walk()
		for i := range values {
			if (before.Shown[i] != after.Shown[i] || before.Required[i] != after.Required[i]) && !f.Needs()[i][j] {
				t.Fatalf("question %d changed with answer %d, which it does not need", i, j)
			}
		}
	}
}

func TestOnlyWhatTheLogicNamesIsOutside(t *testing.T) {
	f, problems := NewFlow([]Source{{ID: "a", Symbol: number}, {ID: "b", ShowIf: "property.state == 'SP' and a > 1", RequiredIf: "property.tier == 'x'", Symbol: number,
		Jumps: []SourceJump{{"contact.language == 'de' or property.state == 'RJ'", "end"}}}}, []SourceValue{{"c", "property.plan == 'y'"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := f.Outside(); !slices.Equal(got, []string{"property.state", "property.tier", "contact.language", "property.plan"}) {
		t.Error(got)
	}
}
