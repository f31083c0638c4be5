package question

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/valyala/fastjson"

	"waymark/surveys/logic"
	"waymark/surveys/words"
)

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
