package responses

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// demands says of what is required what must be there.
type demands int

const (
	soFar    demands = iota // nothing yet
	byPeople                // what people are asked
	inFull
)

// weighed is what answers are worth to a version.
type weighed struct {
	unfit      string          // why they are no answers at all
	wrong      []surveys.Wrong // and where there is one of the two, nothing else is set
	whole      jsontext.Value  // the answers to keep, without spaces
	calculated []byte
	quotas     []surveys.Quota // that they fall under
	files      []string        // that they name
	empty      bool
}

// weigh checks answers and computes what follows from them.
func weigh(c *surveys.Compiled, answers jsontext.Value, outside logic.Env, how demands) (weighed, error) {
	p := parsers.Get()
	defer parsers.Put(p)
	if answers == nil {
		return weighed{unfit: "Send the answers, an object from question to answer."}, nil
	}
	v, err := p.ParseBytes(answers)
	var o *fastjson.Object
	if err == nil {
		o, err = v.Object()
	}
	if err != nil {
		return weighed{unfit: "An object from question to answer is needed."}, nil
	}
	j := c.Judge(o, outside, how != soFar)
	if how == byPeople {
		// What a link should have brought is nothing that they could mend.
		j.Wrong = slices.DeleteFunc(j.Wrong, func(w surveys.Wrong) bool { return w.Question >= 0 && unasked(c, w.Question, o) })
	}
	if len(j.Wrong) > 0 {
		return weighed{wrong: j.Wrong}, nil
	}
	whole := jsontext.Value(append([]byte(nil), answers...))
	if err := whole.Compact(); err != nil {
		return weighed{}, err
	}
	w := weighed{calculated: c.Calculated(&j.Path), quotas: c.Quotas(o, outside, &j.Path), files: c.Files(o), empty: o.Len() == 0}
	w.whole, err = c.WithDefaults(whole, &j.Path)
	return w, err
}

// unasked tells whether a question that nobody is asked has no answer.
func unasked(c *surveys.Compiled, i int, answers *fastjson.Object) bool {
	q := c.Definition().Questions[i]
	return q.Type == question.Hidden && answers.Get(q.ID) == nil
}

// faults gives what is wrong as faulty places of a body.
func (w weighed) faults() []fault.Field {
	if w.unfit != "" {
		return []fault.Field{{Pointer: "#/answers", Detail: w.unfit}}
	}
	return surveys.Fields(w.wrong)
}

// Outside gives expressions what is known beside the answers: properties, and
// the contact's id and language.
func Outside(properties map[string]string, respondent, language string) logic.Env {
	return func(name string) logic.Value {
		first, rest, _ := strings.Cut(name, ".")
		known := ""
		switch {
		case first == "property":
			if s, has := properties[rest]; has {
				return logic.Str(s)
			}
		case rest == "id":
			known = respondent
		case rest == "language":
			known = language
		}
		if known == "" {
			return logic.Value{}
		}
		return logic.Str(known)
	}
}
