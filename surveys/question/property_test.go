package question

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/logic"
	"waymark/surveys/words"
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

// same compares JSON by what it means.
func same(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

func TestAnAnswerThatIsShownIsReadAsItWas(t *testing.T) {
	for _, ty := range types {
		t.Run(ty.Name(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for range 500 {
				q, a := made(t, r, ty)
				v := fastjson.MustParseBytes(a)
				if wrong := ty.Compile(q)(v); wrong != nil {
					t.Fatalf("%s: %s", a, wrong.Detail)
				}
				form := ty.Fields(q, v)
				for name := range form {
					if name != q.ID && !strings.HasPrefix(name, q.ID+".") {
						t.Fatalf("the field %q is not the question's", name)
					}
				}
				// What a browser makes of it on the way must not matter.
				sent, err := url.ParseQuery(strings.ReplaceAll(form.Encode(), "%0A", "%0D%0A"))
				if err != nil {
					t.Fatal(err)
				}
				if got := ty.Read(q, Values(sent)); !same(t, got, a) {
					t.Fatalf("%s is shown as %v and read as %s", a, form, got)
				}
			}
		})
	}
}

// TestTheFieldsShownAreThoseOfTheControl finds a field or a value that no
// page would have drawn.
func TestTheFieldsShownAreThoseOfTheControl(t *testing.T) {
	for _, ty := range types {
		r := rand.New(rand.NewPCG(3, 4))
		for range 200 {
			q, a := made(t, r, ty)
			c := ty.Control(q)
			values := map[string]bool{}
			for _, choice := range c.Choices {
				values[choice.Value] = true
			}
			rows := map[string]bool{}
			for _, row := range c.Rows {
				rows[row.ID] = true
			}
			for name, sent := range ty.Fields(q, fastjson.MustParseBytes(a)) {
				part := strings.TrimPrefix(strings.TrimPrefix(name, q.ID), ".")
				ok := true
				switch c.Kind {
				case Radios, Checks:
					ok = part == "" && (c.Kind == Checks || len(sent) == 1) && !slices.ContainsFunc(sent, func(s string) bool { return !values[s] }) || part == "other" && c.Other
				case Grid:
					ok = rows[part] && (c.Many || len(sent) == 1) && !slices.ContainsFunc(sent, func(s string) bool { return !values[s] })
				case Places:
					ok = rows[part] && len(sent) == 1
				case Agree:
					ok = part == "" && slices.Equal(sent, []string{"true"})
				case Line, Area, Nothing:
					ok = part == "" && len(sent) == 1
				}
				if !ok {
					t.Fatalf("%s: %s is shown by %s=%v, which its control (%+v) has not", ty.Name(), a, name, sent, c)
				}
			}
		}
	}
}

func TestControlsAreLabelledInEveryLanguage(t *testing.T) {
	each(t, func(t *testing.T, ty Type, q *Question, _ sample) {
		c := ty.Control(q)
		var labels []Label
		for _, choice := range c.Choices {
			labels = append(labels, choice.Label)
		}
		for _, row := range c.Rows {
			labels = append(labels, row.Label)
		}
		if c.Kind == Radios && c.Look != Plain && c.Look != Pictures {
			labels = append(labels, c.Low, c.High)
		}
		for _, lang := range words.Languages() {
			w := words.In(lang)
			for _, l := range labels {
				if s := l.In(lang, w); s == "" || s == l.Say.Word || unfilled.MatchString(s) {
					t.Errorf("%s: %+v reads %q", lang, l, s)
				}
			}
			if s := c.Hint.In(w); c.Hint.Word != "" && (s == c.Hint.Word || unfilled.MatchString(s)) {
				t.Errorf("%s: the hint reads %q", lang, s)
			}
		}
		if c.Kind == Radios && len(c.Choices) == 0 || c.Kind == "" {
			t.Errorf("nothing can be chosen: %+v", c)
		}
	})
}

// TestExpressionsSeeWhatTheirSymbolsPromise: what publishing typed an answer
// as is what it is when somebody has answered.
func TestExpressionsSeeWhatTheirSymbolsPromise(t *testing.T) {
	kinds := map[reflect.Type][]logic.Kind{reflect.TypeFor[float64](): {logic.Number, logic.Record}, reflect.TypeFor[string](): {logic.Text, logic.Date},
		reflect.TypeFor[bool](): {logic.Bool}, reflect.TypeFor[[]string](): {logic.List}}
	for _, ty := range types {
		r := rand.New(rand.NewPCG(5, 6))
		for range 200 {
			q, a := made(t, r, ty)
			v := fastjson.MustParseBytes(a)
			parts := map[string]bool{"": true, "nothing of the kind": true}
			for _, row := range q.Rows { // of a matrix: nothing else has parts
				parts[row.ID] = true
			}
			for part := range parts {
				s, known := ty.Symbol(q, part)
				got := ty.Value(q, v, part)
				if known == (part == "nothing of the kind") {
					t.Fatalf("%s: the part %q is known: %v", ty.Name(), part, known)
				}
				if !known || got.IsNull() {
					if !got.IsNull() || part == "" && string(a) != `""` {
						t.Fatalf("%s: %s gives %v for %q", ty.Name(), a, got.Any(), part)
					}
					continue
				}
				if !slices.Contains(kinds[reflect.TypeOf(got.Any())], s.Kind) {
					t.Fatalf("%s: %s gives %v for %q, which is %s", ty.Name(), a, got.Any(), part, s.Kind)
				}
				list, _ := got.List()
				if one, ok := got.Text(); ok {
					list = []string{one}
				}
				if s.Options != nil && slices.ContainsFunc(list, func(id string) bool { return !slices.Contains(s.Options, id) }) {
					t.Fatalf("%s: %s gives %v, of %v", ty.Name(), a, list, s.Options)
				}
				if v := ty.Value(q, nil, part); !v.IsNull() {
					t.Fatalf("%s: no answer is %v", ty.Name(), v.Any())
				}
			}
		}
	}
}

// junk is what forms hold that nobody's page sends.
var junk = []string{"", "x", "0", "-1", "1e9", "1e999", "99999999999999999999", "NaN", "0x10", "true", "null", "[]", "{}", "other", "o0", "w1", "c_0", "heard", "\x00", "\xff\xfe", "a\xc3",
	"\r\n", "\u202e", "{{.Secret}}", "${HOME}", "{ip}", "2026-02-30", "fil_x", "\ud7ff\uffff", strings.Repeat("9", 400), strings.Repeat("ä", 20_000)}

// TestWhateverAFormHoldsIsAnAnswerOrRefused is attacks 13, 19 and 20 on the
// way of pages: nothing panics, what is taken is sound, and what is refused is
// refused in everybody's language.
func TestWhateverAFormHoldsIsAnAnswerOrRefused(t *testing.T) {
	for _, ty := range types {
		t.Run(ty.Name(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 8))
			taken, refused := 0, map[string]*Refusal{}
			for range 1500 {
				q, a := made(t, r, ty)
				form := Values(ty.Fields(q, fastjson.MustParseBytes(a)))
				names := append([]string{q.ID, q.ID + ".other", q.ID + ".name", q.ID + ".remove"}, slices.Sorted(maps.Keys(form))...)
				for _, row := range ty.Control(q).Rows {
					names = append(names, q.ID+"."+row.ID)
				}
				for range r.IntN(4) {
					name, value := pick(r, names...), pick(r, junk...)
					if r.IntN(2) == 0 {
						form[name] = append(form[name], value)
					} else {
						form[name] = []string{value}
					}
				}
				got := ty.Read(q, form)
				if got == nil {
					continue
				}
				v, err := fastjson.ParseBytes(got)
				if err != nil || !json.Valid(got) {
					t.Fatalf("%q is read as %s, which is no JSON", form, got)
				}
				if wrong := ty.Compile(q)(v); wrong != nil {
					refused[wrong.Word] = wrong
					continue
				}
				taken++
				sound(t, ty, q, got)
			}
			for _, wrong := range refused {
				inWords(t, wrong)
			}
			if taken < 100 || len(refused) == 0 {
				t.Errorf("%d forms were taken, and refused for %v: these tell little", taken, slices.Collect(maps.Keys(refused)))
			}
		})
	}
}

// sound finds an answer that was taken and must not have been.
func sound(t *testing.T, ty Type, q *Question, answer []byte) {
	t.Helper()
	if bytes.Contains(answer, []byte(`\u0000`)) || bytes.ContainsRune(answer, '\ufffd') {
		t.Fatalf("%.80q is taken (attack 19)", answer)
	}
	v := fastjson.MustParseBytes(answer)
	var again any
	if err := json.Unmarshal(answer, &again); err != nil {
		t.Fatal(err)
	}
	if f, ok := again.(float64); ok && (f > maxNumber || f < -maxNumber) {
		t.Fatalf("%s is taken (attack 13)", answer)
	}
	if got := ty.Read(q, Values(ty.Fields(q, v))); !same(t, got, answer) {
		t.Fatalf("%.80s is read as %.80s when it is shown again", answer, got)
	}
}
