package surveys

import (
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/question"
)

// Compiled is a published version ready to check answers with. It never
// changes and may be shared.
type Compiled struct {
	Version
	questions []compiledQuestion
	index     map[string]int
	defaults  []preset
}

// preset is what a question without an answer is answered with.
type preset struct {
	id     string
	answer []byte // JSON
}

type compiledQuestion struct {
	id       string
	required bool
	check    question.Check
	demand   question.Check
}

// Compile makes v ready.
func Compile(v Version) (*Compiled, error) {
	var d Definition
	if err := json.Unmarshal(v.Document, &d); err != nil {
		return nil, err
	}
	c := &Compiled{Version: v, index: map[string]int{}}
	for i := range d.Questions {
		q := &d.Questions[i]
		t, known := question.Find(q.Type)
		if !known {
			return nil, fault.New(fault.Internal, "unknown-type", "Version %d has a question of type %q, which this program does not know.", v.Number, q.Type)
		}
		c.index[q.ID] = i
		if q.Type == question.Hidden && q.Default != nil && *q.Default != "" {
			b, err := jsontext.AppendQuote(nil, *q.Default)
			if err != nil {
				return nil, err
			}
			c.defaults = append(c.defaults, preset{q.ID, b})
		}
		c.questions = append(c.questions, compiledQuestion{q.ID, q.Required, t.Compile(q), t.Demand(q)})
	}
	return c, nil
}

// CheckAnswers checks the answers of a complete response and gives what is
// wrong with them, with pointers below #/answers. complete demands the
// required ones too.
func (c *Compiled) CheckAnswers(answers *fastjson.Object, complete bool) []fault.Field {
	var l fault.List
	answered := make([]bool, len(c.questions))
	answers.Visit(func(key []byte, v *fastjson.Value) {
		i, known := c.index[string(key)]
		if !known {
			l.Add("#/answers/"+question.Escape(string(key)), "The survey has no such question.")
			return
		}
		answered[i] = true
		q := &c.questions[i]
		wrong := q.check(v)
		if wrong == nil && complete && q.required {
			wrong = q.demand(v)
		}
		if wrong != nil {
			l.Add("#/answers/"+q.id, "%s", wrong.Detail)
		}
	})
	if complete {
		for i, q := range c.questions {
			if q.required && !answered[i] && !c.preset(q.id) {
				l.Add("#/answers/"+q.id, "%s", q.demand(nil).Detail)
			}
		}
	}
	return l.Fields()
}

func (c *Compiled) preset(id string) bool {
	return slices.ContainsFunc(c.defaults, func(p preset) bool { return p.id == id })
}

// WithDefaults adds to checked answers, a JSON object without spaces, what the
// link or the sender of a hidden question left to its default.
func (c *Compiled) WithDefaults(answers []byte) ([]byte, error) {
	if len(c.defaults) == 0 {
		return answers, nil
	}
	v, err := fastjson.ParseBytes(answers)
	if err != nil {
		return nil, err
	}
	for _, p := range c.defaults {
		if v.Exists(p.id) {
			continue
		}
		answers = answers[:len(answers)-1]
		if len(answers) > 1 {
			answers = append(answers, ',')
		}
		answers = append(append(append(append(answers, '"'), p.id...), `":`...), p.answer...)
		answers = append(answers, '}')
	}
	return answers, nil
}

// QuestionIDs lists the questions in their order.
func (c *Compiled) QuestionIDs() []string {
	ids := make([]string, len(c.questions))
	for i, q := range c.questions {
		ids[i] = q.id
	}
	return ids
}
