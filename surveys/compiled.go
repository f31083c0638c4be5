package surveys

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// Compiled is a published version ready to ask and to check answers with. It
// never changes and may be shared.
type Compiled struct {
	Version
	definition *Definition
	questions  []compiledQuestion
	index      map[string]int
	defaults   []preset
	files      []int // the questions that files answer
	flow       *logic.Flow
	needs      [][]bool   // logic.Flow.Needs
	images     []string   // that questions show
	whole      logic.Path // of a plain flow: all that is asked
	quotas     []compiledQuota
	thanks     []*logic.Node // by Definition.Thanks; nil for all
	groups     [][]int       // what is asked together
}

// preset is what a question without an answer is answered with.
type preset struct {
	question int
	answer   []byte // JSON
	value    *fastjson.Value
}

type compiledQuestion struct {
	*question.Question
	question.Type
	check   question.Check
	demand  question.Check
	control question.Control
	preset  *fastjson.Value // nil for none
}

type compiledQuota struct {
	Quota
	when *logic.Node // nil for all
}

// Compile makes v ready.
func Compile(v Version) (*Compiled, error) {
	d := &Definition{}
	if err := json.Unmarshal(v.Document, d); err != nil {
		return nil, err
	}
	c := &Compiled{Version: v, definition: d, index: map[string]int{}, groups: d.groups()}
	for i := range d.Questions {
		q := &d.Questions[i]
		t, known := question.Find(q.Type)
		if !known {
			return nil, fault.New(fault.Internal, "unknown-type", "Version %d has a question of type %q, which this program does not know.", v.Number, q.Type)
		}
		c.index[q.ID] = i
		cq := compiledQuestion{Question: q, Type: t, check: t.Compile(q), demand: t.Demand(q), control: t.Control(q)}
		if given := question.Preset(q); given != "" {
			b, err := jsontext.AppendQuote(nil, given)
			if err != nil {
				return nil, err
			}
			value, err := fastjson.ParseBytes(b)
			if err != nil {
				return nil, err
			}
			_ = value.Type() // the parser does its last work when it is first asked, and then never again
			cq.preset = value
			c.defaults = append(c.defaults, preset{i, b, value})
		}
		if cq.control.Kind == question.Upload {
			c.files = append(c.files, i)
		}
		c.images = append(c.images, question.Images(q)...)
		c.questions = append(c.questions, cq)
	}
	return c, c.compileRules()
}

// compileRules reads the logic, which publishing found to be right.
func (c *Compiled) compileRules() error {
	flow, problems := c.definition.flow()
	if len(problems) > 0 {
		return fault.New(fault.Internal, "logic", "Version %d has logic that this program does not understand: %s %s", c.Number, problems[0].Pointer, problems[0].Detail)
	}
	c.flow, c.needs = flow, flow.Needs()
	if flow.Plain() {
		c.whole = flow.Walk(func(int, string) logic.Value { return logic.Value{} }, nothing)
	}
	read := func(src string) (*logic.Node, error) {
		if src == "" {
			return nil, nil
		}
		return logic.Parse(src)
	}
	for _, q := range c.definition.Quotas {
		n, err := read(q.If)
		if err != nil {
			return err
		}
		c.quotas = append(c.quotas, compiledQuota{q, n})
	}
	for _, t := range c.definition.Thanks {
		n, err := read(t.If)
		if err != nil {
			return err
		}
		c.thanks = append(c.thanks, n)
	}
	return nil
}

// nothing is what is outside where nothing is.
func nothing(string) logic.Value { return logic.Value{} }

// Definition gives what the author wrote. It is shared and not to be changed.
func (c *Compiled) Definition() *Definition { return c.definition }

// Flow gives the logic.
func (c *Compiled) Flow() *logic.Flow { return c.flow }

// QuestionIDs lists the questions in their order.
func (c *Compiled) QuestionIDs() []string {
	ids := make([]string, len(c.questions))
	for i, q := range c.questions {
		ids[i] = q.ID
	}
	return ids
}
