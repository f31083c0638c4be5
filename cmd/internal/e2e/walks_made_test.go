package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"

	"waymark/responses"
	"waymark/surveys"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// dice make surveys with logic, and people who answer them.
type dice struct{ *rand.Rand }

func diceOf(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 43))} }

func (d dice) pick(of ...string) string { return of[d.IntN(len(of))] }

const three = `"options":[{"id":"a","title":"A"},{"id":"b","title":"B"},{"id":"c","title":"C"}]`

// made is each type that random surveys ask, and what expressions may say of
// one with the id Q. NUMBER is where a number stands.
var made = []struct {
	kind, keys string
	number     string
	conditions []string
}{
	{"csat", ``, "Q", nil},
	{"nps", ``, "Q", nil},
	{"emotion", ``, "Q", nil},
	{"rating", ``, "Q", nil},
	{"number", `"min":-3,"max":12`, "Q", nil},
	{"choice", `"other":true,` + three, "", []string{"Q == 'a'", "Q != 'b'", "Q in ('a', 'other')"}},
	{"choices", `"other":true,` + three, "count(Q)", []string{"'a' in Q", "not ('b' in Q)"}},
	{"emotion_words", ``, "count(Q)", []string{"'calm' in Q"}},
	{"matrix", `"rows":[{"id":"r","title":"R"},{"id":"s","title":"S"}],"columns":[{"id":"good","title":"G"},{"id":"bad","title":"B"}]`, "", []string{"Q.r == 'good'", "Q.s != 'bad'"}},
	{"ranking", three, "", nil},
	{"text", `"max_length":20`, "", []string{"Q == 'x'", "Q != 'x'"}},
	{"long_text", ``, "", []string{"Q == 'x'"}},
	{"consent", `"text":"I agree.","version":"1"`, "", []string{"Q == true"}},
	{"date", ``, "", []string{"Q < '2026-06-01'"}},
	{"hidden", ``, "", []string{"Q == 'mail'"}},
}

// value writes an expression of a number over the questions before i.
func (d dice) value(kinds []int, calc, depth int) string {
	var named []string
	for i, k := range kinds {
		if n := made[k].number; n != "" {
			named = append(named, strings.ReplaceAll(n, "Q", fmt.Sprintf("q%d", i)))
		}
	}
	for i := range calc {
		named = append(named, fmt.Sprintf("calc.c%d", i))
	}
	switch k := d.IntN(6); {
	case k < 4 && len(named) > 0:
		return d.pick(named...)
	case k < 5 && depth > 0:
		return "(" + d.value(kinds, calc, depth-1) + d.pick(" + ", " - ", " * ") + d.value(kinds, calc, depth-1) + ")"
	}
	return strconv.Itoa(d.IntN(6))
}

// condition writes one over the questions before i.
func (d dice) condition(kinds []int, depth int) string {
	switch k := d.IntN(10); {
	case k < 2 && depth > 0:
		return "(" + d.condition(kinds, depth-1) + d.pick(" and ", " or ") + d.condition(kinds, depth-1) + ")"
	case k == 2:
		return "not (" + d.condition(kinds, 0) + ")"
	case k == 3:
		return "property.state == '" + d.pick("SP", "RJ") + "'"
	case k < 8 && len(kinds) > 0:
		i := d.IntN(len(kinds))
		say := append([]string{"answered(Q)"}, made[kinds[i]].conditions...)
		return strings.ReplaceAll(d.pick(say...), "Q", fmt.Sprintf("q%d", i))
	}
	return d.value(kinds, 0, 1) + d.pick(" < ", " <= ", " == ", " > ", " != ") + d.value(kinds, 0, 1)
}

// survey writes the keys of a survey besides its map and stage. Its first
// question is one that everybody is asked.
func (d dice) survey(layout string, pages bool) string {
	n := 2 + d.IntN(7)
	var kinds []int
	var questions []string
	page := 1
	for i := range n {
		k := d.IntN(len(made))
		if i == 0 {
			k = d.IntN(5)
		}
		q := fmt.Sprintf(`"id":"q%d","type":%q,"title":{"en":"Question %d"}`, i, made[k].kind, i)
		if made[k].keys != "" {
			q += "," + made[k].keys
		}
		hidden := made[k].kind == "hidden"
		if hidden && d.IntN(2) == 0 {
			q += `,"default":"none"`
		}
		if !hidden && d.IntN(4) == 0 {
			q += `,"required":true`
		}
		if i > 0 && d.IntN(5) < 2 {
			q += `,"show_if":` + strconv.Quote(d.condition(kinds, 2))
		}
		if i > 0 && !hidden && d.IntN(4) == 0 {
			q += `,"required_if":` + strconv.Quote(d.condition(kinds, 1))
		}
		kinds = append(kinds, k)
		if i+2 < n && d.IntN(5) == 0 {
			to := "end"
			if t := i + 2 + d.IntN(n-i-1); t < n {
				to = fmt.Sprintf("q%d", t)
			}
			q += fmt.Sprintf(`,"jump":[{"if":%q,"to":%q}]`, d.condition(kinds, 1), to)
		}
		if pages {
			if d.IntN(2) == 0 {
				page++
			}
			q += fmt.Sprintf(`,"page":%d`, page)
		}
		questions = append(questions, "{"+q+"}")
	}
	s := fmt.Sprintf(`"title":{"en":"Random"},"layout":%q,"questions":[%s]`, layout, strings.Join(questions, ","))
	if d.IntN(2) == 0 {
		s += fmt.Sprintf(`,"calculated":[{"id":"c0","value":%q},{"id":"c1","value":%q}]`, d.value(kinds, 0, 2), d.value(kinds, 1, 2))
	}
	return s
}

// filling is how a question is answered: what the form carries, and what is
// stored then; nothing where it is left empty.
type filling struct {
	pairs  []string
	answer string
}

// good answers a question; empty leaves it so.
func (d dice) good(q *question.Question) filling {
	id := q.ID
	one := func(value, answer string) filling { return filling{[]string{id, value}, answer} }
	figure := func(low, high int) filling { n := strconv.Itoa(low + d.IntN(high-low+1)); return one(n, n) }
	switch q.Type {
	case "csat", "rating":
		return figure(1, 5)
	case "nps":
		return figure(0, 10)
	case "emotion":
		return figure(-2, 2)
	case "number":
		return figure(-3, 12)
	case "choice":
		switch o := d.pick("a", "b", "c", "other"); o {
		case "other":
			return filling{[]string{id, o, id + ".other", "own"}, `{"other":"own"}`}
		default:
			return one(o, strconv.Quote(o))
		}
	case "choices":
		return [...]filling{
			one("a", `["a"]`), one("b", `["b"]`), {[]string{id, "a", id, "c"}, `["a","c"]`},
			{[]string{id, "b", id, "other", id + ".other", "own"}, `["b",{"other":"own"}]`},
		}[d.IntN(4)]
	case "emotion_words":
		return [...]filling{one("calm", `["calm"]`), one("rushed", `["rushed"]`), {[]string{id, "heard", id, "rushed"}, `["heard","rushed"]`}}[d.IntN(3)]
	case "matrix":
		r, s := d.pick("good", "bad"), d.pick("good", "bad")
		return filling{[]string{id + ".r", r, id + ".s", s}, fmt.Sprintf(`{"r":%q,"s":%q}`, r, s)}
	case "ranking":
		p := d.Perm(3)
		var at [3]string
		f := filling{}
		for i, place := range p {
			o := string(rune('a' + i))
			f.pairs = append(f.pairs, id+"."+o, strconv.Itoa(place+1))
			at[place] = strconv.Quote(o)
		}
		f.answer = "[" + strings.Join(at[:], ",") + "]"
		return f
	case "consent":
		return one("true", "true")
	case "date":
		s := d.pick("2026-03-01", "2026-11-20")
		return one(s, strconv.Quote(s))
	case "text", "long_text":
		s := d.pick("x", "y")
		return one(s, strconv.Quote(s))
	}
	panic("no answers are made for " + q.Type)
}

// bad is what the question does not take, in a way that its form can carry;
// false where there is none.
func (d dice) bad(q *question.Question) (filling, bool) {
	switch q.Type {
	case "csat", "rating", "emotion":
		return filling{pairs: []string{q.ID, d.pick("9", "x", "1.5")}}, true
	case "nps":
		return filling{pairs: []string{q.ID, d.pick("11", "-1")}}, true
	case "number":
		return filling{pairs: []string{q.ID, d.pick("abc", "13", "1e400")}}, true
	case "choice", "choices", "emotion_words":
		return filling{pairs: []string{q.ID, "nothing"}}, true
	case "date":
		return filling{pairs: []string{q.ID, d.pick("2026-02-30", "soon")}}, true
	case "text":
		return filling{pairs: []string{q.ID, strings.Repeat("x", 21)}}, true
	case "ranking":
		return filling{pairs: []string{q.ID + ".a", "1", q.ID + ".b", "1", q.ID + ".c", "2"}}, true
	case "matrix":
		return filling{pairs: []string{q.ID + ".r", "nothing"}}, true
	}
	return filling{}, false
}

// empty leaves a question without an answer, whatever the form has there.
func empty(q *question.Question) filling {
	switch q.Type {
	case "matrix":
		return filling{pairs: []string{q.ID + ".r", "", q.ID + ".s", ""}}
	case "ranking":
		return filling{pairs: []string{q.ID + ".a", "", q.ID + ".b", "", q.ID + ".c", ""}}
	case "choice", "choices":
		return filling{pairs: []string{q.ID, "", q.ID + ".other", ""}}
	}
	return filling{pairs: []string{q.ID, ""}}
}

// course is where somebody stands in a survey by the rules of api.md and what
// the compiled survey says, without the page's own code.
type course struct {
	c       *surveys.Compiled
	pages   [][]int // what is asked together
	props   map[string]string
	answers map[string]string // JSON by question
}

func newCourse(c *surveys.Compiled, props, prefill map[string]string) *course {
	w := &course{c: c, props: props, answers: map[string]string{}}
	d := c.Definition()
	last := -1
	for i := range d.Questions {
		q := &d.Questions[i]
		if q.Type == question.Hidden {
			if s, sent := prefill[q.ID]; sent {
				w.answers[q.ID] = strconv.Quote(s)
			}
			continue
		}
		together := q.Page == last && (q.Page != 0 || d.Layout == "page")
		if len(w.pages) == 0 || !together {
			w.pages = append(w.pages, nil)
		}
		w.pages[len(w.pages)-1] = append(w.pages[len(w.pages)-1], i)
		last = q.Page
	}
	return w
}

func (w *course) question(i int) *question.Question { return &w.c.Definition().Questions[i] }

func (w *course) outside(name string) logic.Value { return responses.Outside(w.props, "", "en")(name) }

// document writes answers; with holds for those that it names.
func (w *course) document(with map[string]string) []byte {
	all := map[string]json.RawMessage{}
	for id, a := range w.answers {
		all[id] = json.RawMessage(a)
	}
	for id, a := range with {
		if a == "" {
			delete(all, id)
		} else {
			all[id] = json.RawMessage(a)
		}
	}
	b, _ := json.Marshal(all) // of JSON
	return b
}

// path is what is shown and required after answers.
func (w *course) path(with map[string]string) logic.Path {
	return w.c.Walk(fastjson.MustParseBytes(w.document(with)).GetObject(), w.outside)
}

// shown lists what a page shows after answers.
func (w *course) shown(page int, p logic.Path) (ids []string) {
	for _, i := range w.pages[page] {
		if p.Shown[i] {
			ids = append(ids, w.question(i).ID)
		}
	}
	return ids
}

// settle takes answers in, and drops those to what is not asked any more but
// what came in the link: that stays known.
func (w *course) settle(with map[string]string) logic.Path {
	p := w.path(with)
	for id, a := range with {
		if a == "" {
			delete(w.answers, id)
		} else {
			w.answers[id] = a
		}
	}
	for i := range w.c.Definition().Questions {
		if q := w.question(i); !p.Shown[i] && q.Type != question.Hidden {
			delete(w.answers, q.ID)
		}
	}
	return p
}

// whole is what is stored in the end.
func (w *course) whole() (sent, stored []byte, err error) {
	sent, err = w.c.Prune(w.document(nil), w.outside)
	if err != nil {
		return nil, nil, err
	}
	p := w.path(nil)
	stored, err = w.c.WithDefaults(append([]byte(nil), sent...), &p)
	return sent, stored, err
}

// sent is a form in memory, as the types read it.
type sent struct{ url.Values }

// All gives every value of a field.
func (s sent) All(name string) []string { return s.Values[name] }
