package question

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// random makes a question of a type that can be published, and an answer to
// it that is good.
type random func(r *rand.Rand, q *Question) (answer any)

// randoms has every type, as samples does.
var randoms = map[string]random{
	"csat": onScale, "ces": onScale, "nps": onScale, "emotion": onScale,
	"rating": func(r *rand.Rand, q *Question) any {
		q.Shape = pick(r, "", "stars", "numbers")
		return onScale(r, q)
	},
	"emotion_words": func(r *rand.Rand, q *Question) any {
		if r.IntN(2) == 0 {
			for i := range 1 + r.IntN(30) {
				q.Words = append(q.Words, Word{ID: fmt.Sprint("w", i), Title: title(r)})
			}
		}
		n := len(Feelings(q))
		q.Max = raw(1 + r.IntN(n))
		return some(r, values(emotionWords{}.choices(q)), 1, int(worth(q.Max)))
	},
	"choice": func(r *rand.Rand, q *Question) any {
		options(r, q, 1)
		return oneOf(r, q)
	},
	"choices": func(r *rand.Rand, q *Question) any {
		options(r, q, 1)
		q.Options[len(q.Options)-1].Exclusive = r.IntN(3) == 0
		most := len(q.Options)
		q.Max = raw(1 + r.IntN(most))
		if last := q.Options[most-1]; last.Exclusive && r.IntN(4) == 0 {
			return []any{last.ID}
		}
		list := some(r, all(q)[:max(1, len(all(q))-1)], 1, int(worth(q.Max)))
		out := make([]any, len(list))
		for i, id := range list {
			if len(q.Options) == 1 && q.Options[0].Exclusive {
				return []any{id}
			}
			out[i] = id
		}
		if q.Other && len(out) < int(worth(q.Max)) {
			out = append(out, map[string]any{"other": scribble(r, MaxOther)})
		}
		return out
	},
	"matrix": func(r *rand.Rand, q *Question) any {
		for i := range 1 + r.IntN(8) {
			q.Rows = append(q.Rows, Part{fmt.Sprint("r-", i), title(r)})
		}
		for i := range 1 + r.IntN(6) {
			q.Columns = append(q.Columns, Part{fmt.Sprint("c_", i), title(r)})
		}
		q.Multiple = r.IntN(2) == 0
		out, columns := map[string]any{}, values(partChoices(q.Columns))
		for i, row := range q.Rows {
			switch {
			case i > 0 && r.IntN(4) == 0: // left out
			case q.Multiple:
				out[row.ID] = some(r, columns, 1, len(columns))
			default:
				out[row.ID] = pick(r, columns...)
			}
		}
		return out
	},
	"ranking": func(r *rand.Rand, q *Question) any {
		options(r, q, 2)
		q.Other, q.Random = false, false
		ids := all(q)
		return some(r, ids, len(ids), len(ids))
	},
	"text": func(r *rand.Rand, q *Question) any {
		least := r.IntN(5)
		most := 5 + r.IntN(50)
		q.MinLength, q.MaxLength = &least, &most
		s := scribble(r, most-5)
		return s + strings.Repeat("x", max(0, least-len([]rune(s))))
	},
	"long_text": func(r *rand.Rand, _ *Question) any { return scribble(r, 200) + "\n" + scribble(r, 20) },
	"number": func(r *rand.Rand, q *Question) any {
		low, step := float64(r.IntN(100)-50), pick(r, 0, 0.1, 0.25, 3)
		q.Min, q.Max, q.Unit = raw(low), raw(low+1000), pick(r, "", "km")
		if step == 0 {
			return low + r.Float64()*1000
		}
		q.Step = &step
		return low + step*float64(r.IntN(300))
	},
	"date": func(r *rand.Rand, q *Question) any {
		y := 1900 + r.IntN(200)
		q.Min, q.Max = quote(fmt.Sprintf("%d-03-01", y)), quote(fmt.Sprintf("%d-10-31", y))
		return fmt.Sprintf("%d-%02d-%02d", y, 3+r.IntN(8), 1+r.IntN(30))
	},
	"consent": func(r *rand.Rand, q *Question) any {
		q.Text, q.Version = title(r), pick(r, nil, []byte("2"), []byte(`"2"`))
		return true
	},
	"hidden": func(r *rand.Rand, q *Question) any {
		q.Title = Text{}
		return pick(r, "", scribble(r, maxHidden))
	},
	"picture": func(r *rand.Rand, q *Question) any {
		options(r, q, 1)
		q.Other, q.Random, q.Multiple = false, false, r.IntN(2) == 0
		for i := range q.Options {
			q.Options[i].Image = ident.New("fil")
		}
		if ids := all(q); q.Multiple {
			return some(r, ids, 1, len(ids))
		}
		return pick(r, all(q)...)
	},
	"file": func(r *rand.Rand, q *Question) any {
		q.Accept = some(r, mediaTypes(), 1, len(media))
		size := 1 + r.IntN(MaxFile)
		q.MaxBytes = &size
		out := map[string]any{"id": ident.New("fil")}
		for k, v := range map[string]any{"name": "photo \"1\".png", "type": pick(r, q.Accept...), "bytes": 1 + r.IntN(size)} {
			if r.IntN(3) > 0 {
				out[k] = v
			}
		}
		return out
	},
}

func onScale(r *rand.Rand, q *Question) any {
	if r.IntN(2) == 0 {
		q.Labels = &Labels{Low: title(r)}
	}
	t, _ := Find(q.Type)
	m, _ := t.Metric()
	return m.Low + r.IntN(m.High-m.Low+1)
}

func options(r *rand.Rand, q *Question, least int) {
	for i := range least + r.IntN(9) {
		q.Options = append(q.Options, Option{ID: fmt.Sprint("o", i), Title: title(r)})
	}
	q.Other, q.Random = r.IntN(2) == 0, r.IntN(2) == 0
}

// all lists the options, without an own text.
func all(q *Question) []string { return optionIDs(&Question{Options: q.Options}) }

func oneOf(r *rand.Rand, q *Question) any {
	if q.Other && r.IntN(3) == 0 {
		return map[string]any{"other": scribble(r, MaxOther)}
	}
	return pick(r, all(q)...)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// some picks from least to most different ones, in any order.
func some(r *rand.Rand, of []string, least, most int) []string {
	of = slices.Clone(of)
	r.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
	most = min(most, len(of))
	return of[:least+r.IntN(most-least+1)]
}

func raw(v any) []byte { b, _ := json.Marshal(v); return b }

func worth(b []byte) (f float64) { _ = json.Unmarshal(b, &f); return f }

// letters are what texts are made of here: of two to four bytes too, of both
// directions, zero-width, and what templates would take for theirs.
var letters = []rune("aZ9 é𝒜🙂עب中\u202e\u200b\u0301{}$.<>&\"'\\%+;,|=\u2028")

// text1 is a text of 1 to most characters without blanks at its ends.
func scribble(r *rand.Rand, most int) string {
	out := []rune{'a'}
	for range r.IntN(max(1, min(most, 40)-1)) {
		out = append(out, pick(r, letters...))
	}
	return strings.TrimSpace(string(out))
}

func title(r *rand.Rand) Text {
	s := strings.NewReplacer("{", "", "}", "").Replace(scribble(r, 20))
	if r.IntN(2) == 0 {
		return Text{Plain: s}
	}
	return Text{Languages: map[string]string{"en": s, "pt-BR": s + " br"}}
}

// made is a random question with a good answer.
func made(t testing.TB, r *rand.Rand, ty Type) (*Question, []byte) {
	t.Helper()
	invent := randoms[ty.Name()]
	if invent == nil {
		t.Fatalf("no random question of type %s is made", ty.Name())
	}
	q := &Question{ID: "q_1", Type: ty.Name(), Title: title(r)}
	a := invent(r, q)
	var malformed, l fault.List
	CheckDraft(q, &malformed, &l, "#")
	CheckReady(q, &l, "#")
	if wrong := append(malformed.Fields(), l.Fields()...); len(wrong) > 0 {
		t.Fatalf("the test makes a question of type %s that cannot be published: %v", ty.Name(), wrong)
	}
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return q, b
}
