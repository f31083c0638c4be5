package question

import (
	"strconv"

	"github.com/valyala/fastjson"

	"waymark/surveys/words"
)

// emotion is how it felt, -2 to 2.
type emotion struct{ scale }

func (emotion) Name() string  { return "emotion" }
func (emotion) About() string { return "How it felt, answered by a whole number from -2 to 2." }

// Control has five faces, each with its word; the author may name the ends.
func (t emotion) Control(q *Question) Control {
	c := t.control(q, Faces, "emotion_1", "emotion_5", func(n int) Label { return named(Text{}, "emotion_"+strconv.Itoa(n-t.low+1)) })
	c.Choices[0].Label, c.Choices[len(c.Choices)-1].Label = c.Low, c.High
	return c
}

func (t emotion) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	return sayLabel(t.Control(q), answer, part, lang, w)
}
