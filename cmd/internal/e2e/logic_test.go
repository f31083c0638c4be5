package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"waymark/surveys/logic"
)

// scriptOf gives a module as a plain script that defines its functions.
func scriptOf(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, line := range strings.Split(string(b), "\n") {
		if rest, exported := strings.CutPrefix(line, "export "); exported {
			line = rest
		}
		out += line + "\n"
	}
	return out
}

// TestGoAndTheBrowserAgreeOnLogic evaluates every case of package logic's
// table and many random flows in a real browser.
func TestGoAndTheBrowserAgreeOnLogic(t *testing.T) {
	ctx := browser(t)
	script := scriptOf(t, "../../../surveys/logic/logic.js")
	b, err := os.ReadFile("../../../surveys/logic/testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Values map[string]any `json:"values"`
		Cases  [][2]any       `json:"cases"`
	}
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	nodes := make([]*logic.Node, len(table.Cases))
	for i, c := range table.Cases {
		if nodes[i], err = logic.Parse(c[0].(string)); err != nil {
			t.Fatal(err)
		}
	}
	got := inBrowser(t, ctx, script, fmt.Sprintf("const values = %s; return %s.map((n) => evaluate(n, (name) => values[name] ?? null));", toJSON(t, table.Values), toJSON(t, nodes)))
	for i, v := range got.([]any) {
		if !reflect.DeepEqual(v, table.Cases[i][1]) {
			t.Errorf("%s is %v in the browser, want %v", table.Cases[i][0], v, table.Cases[i][1])
		}
	}

	type walked struct {
		Shown      []bool         `json:"shown"`
		Required   []bool         `json:"required"`
		Calculated map[string]any `json:"calculated"`
	}
	r := rand.New(rand.NewPCG(3, 5))
	var inputs []map[string]any
	var want []walked
	for range 400 {
		flow, answers := randomFlow(t, r)
		path := flow.Walk(func(i int, _ string) logic.Value {
			if answers[i] == nil {
				return logic.Value{}
			}
			return logic.Num(*answers[i])
		}, func(string) logic.Value { return logic.Value{} })
		w := walked{path.Shown, path.Required, map[string]any{}}
		for _, c := range path.Calculated {
			w.Calculated[c.ID] = c.Value.Any()
		}
		inputs, want = append(inputs, map[string]any{"flow": flow, "answers": answers}), append(want, w)
	}
	again := toJSON(t, inBrowser(t, ctx, script, fmt.Sprintf("return %s.map((x) => walk(x.flow, (i) => x.answers[i], () => null));", toJSON(t, inputs))))
	var paths []walked
	if err := json.Unmarshal([]byte(again), &paths); err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for i := range want {
		if !reflect.DeepEqual(paths[i], want[i]) {
			t.Fatalf("%s:\nbrowser %+v\nserver  %+v", toJSON(t, inputs[i]), paths[i], want[i])
		}
		for _, s := range want[i].Shown {
			if !s {
				hidden++
			}
		}
	}
	if hidden < 100 {
		t.Errorf("only %d questions were hidden: these flows show little", hidden)
	}
}

func randomFlow(t *testing.T, r *rand.Rand) (*logic.Flow, []*float64) {
	t.Helper()
	n := 2 + r.IntN(8)
	qs, answers := make([]logic.Source, n), make([]*float64, n)
	for i := range qs {
		qs[i] = logic.Source{ID: fmt.Sprint("q", i), Symbol: func(string) (logic.Symbol, bool) { return logic.Symbol{Kind: logic.Number}, true }, Required: r.IntN(4) == 0}
		if r.IntN(4) > 0 {
			f := float64(r.IntN(4))
			answers[i] = &f
		}
		if i > 0 && r.IntN(2) == 0 {
			qs[i].ShowIf = fmt.Sprintf("q%d %s %d", r.IntN(i), []string{"<", "==", ">="}[r.IntN(3)], r.IntN(4))
		}
		if i > 0 && r.IntN(3) == 0 {
			qs[i].RequiredIf = fmt.Sprintf("not answered(q%d) or calc.first > 2", r.IntN(i))
		}
		if i < n-1 && r.IntN(3) == 0 {
			qs[i].Jumps = []logic.SourceJump{{If: fmt.Sprintf("q%d == %d", r.IntN(i+1), r.IntN(4)), To: fmt.Sprint("q", i+1+r.IntN(n-i-1))}}
		}
	}
	f, problems := logic.NewFlow(qs, []logic.SourceValue{{ID: "first", Value: "q0 * 1.5"}, {ID: "sum", Value: fmt.Sprintf("calc.first + q%d", n-1)}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return f, answers
}
