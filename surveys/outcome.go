package surveys

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys/logic"
	"waymark/surveys/words"
)

// env gives the names of what stands behind the path that answers took.
func (c *Compiled) env(answers *fastjson.Object, outside logic.Env, path *logic.Path) logic.Env {
	return c.flow.Env(path, c.values(answers), outside)
}

// Quotas gives the quotas that a response with these answers falls under.
func (c *Compiled) Quotas(answers *fastjson.Object, outside logic.Env, path *logic.Path) []Quota {
	if len(c.quotas) == 0 {
		return nil
	}
	env := c.env(answers, outside, path)
	var out []Quota
	for _, q := range c.quotas {
		if q.when == nil || q.when.Eval(env).IsTrue() {
			out = append(out, q.Quota)
		}
	}
	return out
}

// Thanks gives how the survey ends after these answers; nil for the usual end.
// Whether its redirect may still be followed is for Leads to say.
func (c *Compiled) Thanks(answers *fastjson.Object, outside logic.Env, path *logic.Path) *Thanks {
	if len(c.thanks) == 0 {
		return nil
	}
	env := c.env(answers, outside, path)
	for i, n := range c.thanks {
		if n == nil || n.Eval(env).IsTrue() {
			return &c.definition.Thanks[i]
		}
	}
	return nil
}

// Calculated writes what was calculated on a path, as an object from id to
// value; nil where there is nothing.
func (c *Compiled) Calculated(path *logic.Path) []byte {
	if len(path.Calculated) == 0 {
		return nil
	}
	b := []byte{'{'}
	for i, v := range path.Calculated {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), v.ID...), `":`...)
		switch value := v.Value.Any().(type) {
		case float64:
			b = append(b, jsontext.Float(value).String()...)
		case string:
			b, _ = jsontext.AppendQuote(b, value) // it came as valid UTF-8
		case bool:
			b = append(b, jsontext.Bool(value).String()...)
		}
	}
	return append(b, '}')
}

// Fill gives a text of the survey with the answers that it names, as people
// read them in the language and the words of w. What is not shown on the path is
// not there.
func (c *Compiled) Fill(text, lang string, w *words.Words, answers *fastjson.Object, outside logic.Env, path *logic.Path) string {
	pieces, err := logic.Pieces(text)
	if err != nil || len(pieces) == 0 || len(pieces) == 1 && pieces[0].Name == "" {
		return text // publishing refuses what is faulty
	}
	env := c.env(answers, outside, path)
	return logic.Fill(pieces, func(name string) string {
		first, part, _ := strings.Cut(name, ".")
		if i, known := c.index[first]; known {
			v := c.answer(answers, i)
			if v == nil || !path.Shown[i] {
				return ""
			}
			q := &c.questions[i]
			return clip(q.Say(q.Question, v, part, lang, w))
		}
		v := env(name)
		if s, is := v.Text(); is {
			return s
		}
		if f, is := v.Float(); is {
			return w.Number(f)
		}
		return ""
	})
}

// maxSaid is how much of an answer a text repeats, in characters.
const maxSaid = 1000

func clip(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxSaid {
			return s[:i] + "…"
		}
	}
	return s
}
