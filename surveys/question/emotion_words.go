package question

import (
	"fmt"
	"net/url"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// Word is a word for how it felt. Where it stands between bad and good, and
// between calm and stirred, is on the scale of emotion: -2 to 2.
type Word struct {
	ID      string   `json:"id"`
	Title   Text     `json:"title,omitzero"`
	Valence *float64 `json:"valence,omitzero"`
	Arousal *float64 `json:"arousal,omitzero"`
}

// maxFeeling bounds valence and arousal.
const maxFeeling = 2

// curated are the words that are offered where the author names none: four of
// each quarter of the plane of valence and arousal, translated in package words
// (feel_…). The places follow Russell's circumplex of affect.
var curated = []struct {
	id               string
	valence, arousal float64
}{
	{"delighted", 1.8, 1.2}, {"excited", 1.4, 1.8}, {"surprised", 1.0, 1.6}, {"confident", 1.4, 0.4},
	{"satisfied", 1.6, -0.4}, {"relieved", 1.2, -0.8}, {"calm", 1.2, -1.6}, {"heard", 1.2, -0.2},
	{"angry", -1.6, 1.6}, {"frustrated", -1.4, 1.0}, {"anxious", -1.2, 1.4}, {"rushed", -0.8, 1.6},
	{"confused", -0.8, 0.6}, {"disappointed", -1.4, -0.6}, {"ignored", -1.4, -0.8}, {"bored", -1.0, -1.6},
}

// Feelings gives the words that a question of type emotion_words offers, each
// with its place: the author's, where one of the curated words may go without
// title and place, else the curated list. Title is empty where package words
// has it.
func Feelings(q *Question) []Word {
	if len(q.Words) == 0 {
		out := make([]Word, len(curated))
		for i := range curated {
			c := curated[i]
			out[i] = Word{ID: c.id, Valence: &c.valence, Arousal: &c.arousal}
		}
		return out
	}
	out := make([]Word, len(q.Words))
	for i, w := range q.Words {
		for _, c := range curated {
			if c.id != w.ID {
				continue
			}
			if w.Valence == nil {
				w.Valence = &c.valence
			}
			if w.Arousal == nil {
				w.Arousal = &c.arousal
			}
		}
		out[i] = w
	}
	return out
}

// curatedWord gives the word of the catalogue for a curated one; "" for others.
func curatedWord(id string) string {
	for _, c := range curated {
		if c.id == id {
			return "feel_" + id
		}
	}
	return ""
}

// emotionWords takes the words that fit how it felt, up to max of them.
type emotionWords struct{ plain }

func (emotionWords) Name() string { return "emotion_words" }
func (emotionWords) About() string {
	return "How it felt in words: answered by a list of their ids. Without `words` a curated list is offered, in the reader's language: " + curatedNames() + "."
}

func curatedNames() string {
	s := ""
	for i, c := range curated {
		if i > 0 {
			s += " "
		}
		s += "`" + c.id + "`"
	}
	return s
}

func (emotionWords) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("words", openapi.List(openapi.Ref("Word")).Sized(0, MaxOptions), "What is offered instead of the curated list."),
		openapi.May("max", openapi.Number(), "How many may be chosen; a whole number, not more than there are, when published."),
	}
}

func (emotionWords) Draft(q *Question, malformed, l *fault.List, p string) {
	numbersOnly(q, malformed, p)
	listDraft(l, p+"/words", len(q.Words), func(i int) (string, Text) { return q.Words[i].ID, q.Words[i].Title })
}

func (e emotionWords) Ready(q *Question, l *fault.List, p string) {
	for i, w := range q.Words {
		wp := fmt.Sprintf("%s/words/%d", p, i)
		if !w.Title.Empty() || curatedWord(w.ID) == "" {
			w.Title.Ready(l, wp+"/title")
		}
		for _, v := range []struct {
			name  string
			value *float64
		}{{"valence", w.Valence}, {"arousal", w.Arousal}} {
			if v.value != nil && (*v.value < -maxFeeling || *v.value > maxFeeling) {
				l.Add(wp+"/"+v.name, "From %d to %d, as emotion is measured.", -maxFeeling, maxFeeling)
			}
		}
	}
	most := len(e.choices(q))
	if _, high := bounds(q, 0, float64(most)); high != float64(int(high)) || high < 1 || high > float64(most) {
		l.Add(p+"/max", "A whole number from 1 to %d is needed: there are so many words.", most)
	}
}

func (emotionWords) choices(q *Question) []Choice {
	feelings := Feelings(q)
	out := make([]Choice, len(feelings))
	for i, w := range feelings {
		out[i] = Choice{Value: w.ID, Label: named(w.Title, curatedWord(w.ID))}
	}
	return out
}

// most is how many may be chosen, and whether the author said so.
func (e emotionWords) most(q *Question) (n int, said bool) {
	_, high := bounds(q, 0, float64(len(e.choices(q))))
	return int(high), q.Max != nil
}

// Cell takes words separated by |, or a JSON list as an export writes it.
func (e emotionWords) Cell(q *Question, cell string) (any, error) {
	return listCell(e.choices(q), cell), nil
}

func (e emotionWords) Compile(q *Question) Check {
	most, _ := e.most(q)
	return several(among(e.choices(q)), nil, 1, most)
}

func (e emotionWords) Control(q *Question) Control {
	most, said := e.most(q)
	return Control{Kind: Checks, Look: Chips, Choices: e.choices(q), Hint: howMany(0, most, said)}
}

func (emotionWords) Read(q *Question, f Form) []byte { return readAll(f, q.ID) }

func (emotionWords) Fields(q *Question, answer *fastjson.Value) url.Values {
	return url.Values{q.ID: ids(answer)}
}

func (e emotionWords) Symbol(q *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.List, Options: values(e.choices(q))}, part == ""
}

func (emotionWords) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	if part != "" {
		return logic.Value{}
	}
	return logic.Ids(ids(answer))
}

func (e emotionWords) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	if part != "" {
		return ""
	}
	return w.List(titles(e.choices(q), ids(answer), lang, w))
}
