package surveys

import (
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// maxQuota is the largest limit of a quota.
const maxQuota = 1_000_000

// What all expressions of a survey may have together, in bytes, and how many
// names all its texts, in each language: every page goes through them, whoever
// asks for it.
const (
	maxLogic = 100_000
	maxNames = 2000
)

// Calculated is a value that follows from the answers; expressions and texts
// name it calc.{id}.
type Calculated struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// Quota is how many counted responses there may be for which If is true; all
// of them without one.
type Quota struct {
	ID    string `json:"id"`
	If    string `json:"if,omitzero"`
	Limit int    `json:"limit"`
}

// Thanks is how a survey ends for those for whom If is true; for all without
// one. The first that applies does.
type Thanks struct {
	If       string `json:"if,omitzero"`
	Text     Text   `json:"text,omitzero"`
	Redirect string `json:"redirect,omitzero"`
	Link     *Link  `json:"link,omitzero"`
}

// Link is where somebody may go on after the end.
type Link struct {
	URL  string `json:"url"`
	Text Text   `json:"text,omitzero"`
	bare bool   // was sent as the URL alone
}

// UnmarshalJSONFrom reads an object or a URL.
func (l *Link) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*l = Link{}
	switch d.PeekKind() {
	case '"':
		l.bare = true
		return json.UnmarshalDecode(d, &l.URL)
	case '{':
		type object Link
		return json.UnmarshalDecode(d, (*object)(l))
	}
	if err := d.SkipValue(); err != nil {
		return err
	}
	return fault.New(fault.Malformed, "malformed", "A URL or an object with a url and a text is needed here.")
}

// MarshalJSONTo writes the link as it was read.
func (l Link) MarshalJSONTo(e *jsontext.Encoder) error {
	if l.bare {
		return json.MarshalEncode(e, l.URL)
	}
	type object Link
	return json.MarshalEncode(e, object(l))
}

// checkRules reports what even a draft must not hold: too much.
func (d *Definition) checkRules(l *fault.List) {
	short := func(pointer, text string) {
		if utf8.RuneCountInString(text) > question.MaxText {
			l.Add(pointer, "At most %d characters.", question.MaxText)
		}
	}
	for name, n := range map[string]int{"thanks": len(d.Thanks), "calculated": len(d.Calculated), "quotas": len(d.Quotas)} {
		if n > maxRules {
			l.Add("#/"+name, "At most %d of them.", maxRules)
			return
		}
	}
	for i, c := range d.Calculated {
		short(fmt.Sprintf("#/calculated/%d/value", i), c.Value)
	}
	for i, q := range d.Quotas {
		short(fmt.Sprintf("#/quotas/%d/if", i), q.If)
	}
	for i, t := range d.Thanks {
		p := fmt.Sprintf("#/thanks/%d", i)
		short(p+"/if", t.If)
		short(p+"/redirect", t.Redirect)
		t.Text.Check(l, p+"/text")
		if t.Link != nil {
			short(p+"/link", t.Link.URL)
			t.Link.Text.Check(l, p+"/link/text")
		}
	}
}

func (d *Definition) checkIncentive(malformed, l *fault.List) {
	if d.Incentive == nil {
		return
	}
	t, err := d.incentive()
	if err != nil {
		malformed.Add("#/incentive", "A text or an object from language to text is needed here.")
		return
	}
	t.Check(l, "#/incentive")
}

func (d *Definition) incentive() (t Text, err error) {
	err = json.Unmarshal(d.Incentive, &t)
	return t, err
}

// flow reads the logic of the questions and what is calculated.
func (d *Definition) flow() (*logic.Flow, []logic.Problem) {
	questions := make([]logic.Source, len(d.Questions))
	for i := range d.Questions {
		q := &d.Questions[i]
		s := logic.Source{ID: q.ID, Required: q.Required, ShowIf: q.ShowIf, RequiredIf: q.RequiredIf,
			// The type that is none is told of; what is said of its answers fits any.
			Symbol: func(string) (logic.Symbol, bool) { return logic.Symbol{Kind: logic.Null}, true }}
		if t, known := question.Find(q.Type); known {
			s.Symbol = func(part string) (logic.Symbol, bool) { return t.Symbol(q, part) }
		}
		for _, j := range q.Jump {
			s.Jumps = append(s.Jumps, logic.SourceJump{If: j.If, To: j.To})
		}
		questions[i] = s
	}
	values := make([]logic.SourceValue, len(d.Calculated))
	for i, c := range d.Calculated {
		values[i] = logic.SourceValue{ID: c.ID, Value: c.Value}
	}
	return logic.NewFlow(questions, values)
}

// readyRules reports what publishing must refuse in the logic, and in what
// holds when the questions are over.
func (d *Definition) readyRules(l *fault.List, leads func(host string) bool) {
	f, problems := d.flow()
	for _, p := range problems {
		l.Add(p.Pointer, "%s", sentence(p.Detail))
	}
	for i, c := range d.Calculated {
		if !questionID.MatchString(c.ID) {
			l.Add(fmt.Sprintf("#/calculated/%d/id", i), "1 to 64 of a-z 0-9 _, beginning with a letter.")
		}
	}
	over := f.Scope(len(d.Questions))
	seen := map[string]bool{}
	for i, q := range d.Quotas {
		p := fmt.Sprintf("#/quotas/%d", i)
		switch {
		case !ident.Chosen(q.ID):
			l.Add(p+"/id", "1 to 64 of A-Z a-z 0-9 _ -.")
		case seen[q.ID]:
			l.Add(p+"/id", "%q stands here twice.", q.ID)
		}
		seen[q.ID] = true
		if q.Limit < 1 || q.Limit > maxQuota {
			l.Add(p+"/limit", "A whole number from 1 to %d is needed.", maxQuota)
		}
		condition(l, p+"/if", q.If, over)
	}
	for i, t := range d.Thanks {
		t.ready(l, fmt.Sprintf("#/thanks/%d", i), over, leads)
	}
	if n := d.logicBytes(); n > maxLogic {
		l.Add("#/questions", "All expressions together have at most %d bytes, and these have %d: calculate once what several of them need.", maxLogic, n)
	}
	d.readyTexts(l, f)
}

// logicBytes is how much there is of all expressions.
func (d *Definition) logicBytes() (n int) {
	for i := range d.Questions {
		q := &d.Questions[i]
		n += len(q.ShowIf) + len(q.RequiredIf)
		for _, j := range q.Jump {
			n += len(j.If)
		}
	}
	for _, c := range d.Calculated {
		n += len(c.Value)
	}
	for _, q := range d.Quotas {
		n += len(q.If)
	}
	for _, t := range d.Thanks {
		n += len(t.If)
	}
	return n
}

func (t *Thanks) ready(l *fault.List, p string, over logic.Scope, leads func(host string) bool) {
	condition(l, p+"/if", t.If, over)
	if t.Text.Empty() && t.Redirect == "" && t.Link == nil {
		l.Add(p, "Give a text, a redirect or a link.")
	}
	if !t.Text.Empty() {
		t.Text.Ready(l, p+"/text")
	}
	if t.Redirect != "" {
		switch host, wrong := target(t.Redirect); {
		case wrong != "":
			l.Add(p+"/redirect", "%s", wrong)
		case !leads(host):
			l.Add(p+"/redirect", "Redirects lead only to the hosts of the setting redirect_hosts, and %q is none of them.", host)
		}
	}
	if t.Link == nil {
		return
	}
	at := p + "/link"
	if !t.Link.bare {
		at += "/url"
	}
	if _, wrong := target(t.Link.URL); wrong != "" {
		l.Add(at, "%s", wrong)
	}
	if !t.Link.Text.Empty() {
		t.Link.Text.Ready(l, p+"/link/text")
	}
}

// condition reports an expression, where there is one, that is not true or false.
func condition(l *fault.List, pointer, src string, scope logic.Scope) {
	if src == "" {
		return
	}
	n, err := logic.Parse(src)
	kind := logic.Null
	if err == nil {
		kind, err = n.Check(scope)
	}
	switch {
	case err != nil:
		l.Add(pointer, "%s", sentence(err.Error()))
	case kind != logic.Bool && kind != logic.Null:
		l.Add(pointer, "This must be %s, and it is %s.", logic.Bool, kind)
	}
}
