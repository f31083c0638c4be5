package templates_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/valyala/fastjson"

	"waymark/surveys"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// maxAsked is what can be answered in a minute: ten seconds a question.
const maxAsked = 6

// answer makes some answer to a question; none where it may be skipped, now
// and then.
func answer(t *testing.T, r *rand.Rand, q *surveys.Question) any {
	if !q.Required && r.IntN(4) == 0 {
		return nil
	}
	kind, _ := question.Find(q.Type)
	if m, measures := kind.Metric(); measures {
		return m.Low + r.IntN(m.High-m.Low+1)
	}
	pick := func() any {
		i := r.IntN(len(q.Options) + 1)
		if i < len(q.Options) {
			return q.Options[i].ID
		}
		if q.Other {
			return map[string]string{"other": "Something else"}
		}
		return q.Options[0].ID
	}
	switch q.Type {
	case "choice":
		return pick()
	case "choices":
		return []any{pick()}
	case "text", "long_text", question.Hidden:
		return "Because."
	}
	t.Fatalf("this test does not know how to answer %s", q.Type)
	return nil
}

// Many people answer at random, one question after the other.
func TestOnAnyWayAFewQuestionsAreAskedAndOneOpenReason(t *testing.T) {
	outside := func(string) logic.Value { return logic.Value{} }
	each(t, func(t *testing.T, doc []byte, d *surveys.Definition) {
		c, err := surveys.Compile(surveys.Version{Document: doc})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		longest, reached := 0, make([]bool, len(d.Questions))
		for range 3000 {
			answers := map[string]any{}
			var path logic.Path
			parsed := func() *fastjson.Object {
				b, err := json.Marshal(answers)
				if err != nil {
					t.Fatal(err)
				}
				return fastjson.MustParseBytes(b).GetObject()
			}
			for i := range d.Questions {
				if path = c.Walk(parsed(), outside); path.Shown[i] {
					if a := answer(t, r, &d.Questions[i]); a != nil {
						answers[d.Questions[i].ID] = a
					}
				}
			}
			j := c.Judge(parsed(), outside, true)
			if len(j.Wrong) > 0 {
				t.Fatalf("%v was refused: %v", answers, surveys.Fields(j.Wrong))
			}
			asked, open := 0, 0
			for i, shown := range j.Path.Shown {
				if !shown {
					continue
				}
				reached[i] = true
				switch d.Questions[i].Type {
				case question.Hidden:
					continue
				case "long_text":
					open++
				}
				asked++
			}
			longest = max(longest, asked)
			if asked > maxAsked || open != 1 {
				t.Fatalf("after %v it asks %d questions, %d of them open", answers, asked, open)
			}
		}
		if i := slices.Index(reached, false); i >= 0 {
			t.Errorf("%s was never asked", d.Questions[i].ID)
		}
		t.Logf("at most %d questions", longest)
	})
}
