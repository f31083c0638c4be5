package page

import (
	"encoding/json"
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// view is the page of a group of questions. posted is what was just handed in
// where that is shown again, wrong says what is wrong with it by question.
func (v *visit) view(at int, posted *form, wrong map[int]string) (*View, error) {
	d := v.survey.Definition()
	t := v.ticket
	t.Version, t.Group, t.Asked = v.survey.Number, at, nil
	w := &View{Lang: v.lang, Words: v.words, Brand: v.look.brand(v.token), Action: v.address(nil), Theme: v.theme(), Embed: v.embed(), Layout: d.Layout,
		Wrong: len(wrong), OneClick: v.link.OneClick && v.stored == nil && t.Prefill != "", Kiosk: v.link.Kiosk, Preview: v.link.Preview, Resume: v.resume()}
	w.Title, w.TitleLang = v.text(d.Title)
	var under []int // the questions of the page
	if at < len(v.groups) {
		under = v.groups[at]
	}
	prefill := v.prefill()
	depends := false
	for _, i := range under {
		f := v.field(i, posted, prefill)
		f.Wrong = wrong[i]
		f.Hidden = !v.path.Shown[i]
		if f.Hidden && !v.survey.Depends(i, under) {
			continue // nothing on this page can bring it back
		}
		if !f.Hidden {
			t.Asked = append(t.Asked, i)
		}
		depends = depends || v.survey.Depends(i, under)
		w.Fields = append(w.Fields, f)
	}
	if depends {
		flow, err := v.flow()
		if err != nil {
			return nil, err
		}
		w.Flow = flow
	}
	w.Step, w.Steps = progress(v.groups, at, v.path)
	_, taken := v.survey.Place(fieldBack) // a question's own field: then there is no way back
	w.Back = before(v.groups, at, v.path) >= 0 && !taken
	w.Last = next(v.groups, at+1, v.path) == len(v.groups) && !v.branches(at)
	switch {
	case v.link.Preview:
		w.Notice = v.words.Say("preview")
	case v.completed() && posted == nil:
		w.Notice = v.words.Say("thanks_again")
	}
	t.Step = v.storedStep()
	sealed, err := t.seal(v.link)
	if err != nil {
		return nil, err
	}
	w.Ticket = sealed
	w.Languages = v.chooser(at, sealed)
	return w, nil
}

// maxCarried is how long a ticket may be that stands in an address: that of a
// preview carries all answers.
const maxCarried = 8 << 10

// chooser is how another language is chosen: links that keep the place in the
// survey. Before the first step the ticket is not among what they carry, since
// that is where people copy an address to pass it on.
func (v *visit) chooser(at int, sealed string) []Language {
	offered := v.languages()
	if len(offered) < 2 {
		return nil
	}
	q := url.Values{}
	begun := v.stored != nil || at > next(v.groups, 0, v.path) || v.ticket.Answers != ""
	if begun && len(sealed) <= maxCarried {
		q.Set("ticket", sealed)
	} else {
		for name, values := range v.prefill().Values {
			q[name] = values
		}
	}
	path, rest, more := strings.Cut(v.address(q), "?")
	if more {
		rest = "&" + rest
	}
	var out []Language
	for _, tag := range offered {
		out = append(out, Language{Tag: tag, Name: nameOf(tag), Href: path + "?lang=" + url.QueryEscape(tag) + rest, Current: tag == v.lang})
	}
	return out
}

// nameOf gives a language's name in itself.
func nameOf(tag string) string {
	if name := display.Self.Name(language.Make(tag)); name != "" {
		return name
	}
	return tag
}

// branches tells whether an answer of the group decides about a later one.
func (v *visit) branches(at int) bool {
	for _, g := range v.groups[min(at+1, len(v.groups)):] {
		for _, i := range g {
			if v.survey.Depends(i, v.groups[at]) {
				return true
			}
		}
	}
	return false
}

// flow is the survey's logic for the page's script, with the answers of other
// pages and what is known besides. Of the link's properties it has those that the
// logic names: the rest may be a secret of the shop's.
func (v *visit) flow() (json.RawMessage, error) {
	properties, contact := map[string]string{}, map[string]string{}
	for _, name := range v.survey.Flow().Outside() {
		text, is := v.outside(name).Text()
		kind, rest, _ := strings.Cut(name, ".")
		switch {
		case is && kind == "property":
			properties[rest] = text
		case is && kind == "contact":
			contact[rest] = text
		}
	}
	answers := map[string]json.RawMessage{}
	for i, a := range v.answers {
		if a == nil { // to the logic a default is an answer
			a = v.survey.Default(i)
		}
		if a != nil {
			answers[v.survey.Definition().Questions[i].ID] = a
		}
	}
	return json.Marshal(struct {
		Flow       *logic.Flow                `json:"flow"`
		Answers    map[string]json.RawMessage `json:"answers"`
		Properties map[string]string          `json:"properties"`
		Contact    map[string]string          `json:"contact"`
	}{v.survey.Flow(), answers, properties, contact})
}

// field is a question as it stands on the page.
func (v *visit) field(i int, posted *form, prefill form) Field {
	q, t := v.survey.Question(i)
	c := *v.survey.Control(i)
	f := Field{ID: q.ID, Control: c, Required: v.path.Required[i]}
	f.Title, f.TitleLang = v.text(q.Title)
	f.Help, f.HelpLang = v.text(q.Help)
	switch {
	case posted != nil:
		f.Values = posted.Values
	case v.answers[i] != nil:
		if a, err := fastjson.ParseBytes(v.answers[i]); err == nil {
			f.Values = t.Fields(q, a)
		}
	default:
		// What came in the link is preselected where it is an answer at all, and as
		// it would be read: of a choice that stands there twice, once.
		if a, err := fastjson.ParseBytes(v.brought(i, prefill)); err == nil {
			f.Values = t.Fields(q, a)
		}
	}
	f.Low, f.LowLang = v.label(c.Low)
	f.High, f.HighLang = v.label(c.High)
	f.Agree, f.AgreeLang = v.text(c.Text)
	f.Choices = v.choices(q, c)
	f.Rows = v.rows(q, c)
	return f
}

// seed makes the random order of one question of one visit.
func (v *visit) seed(q *question.Question) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strconv.FormatUint(v.ticket.Seed, 36) + "\x00" + q.ID))
	return h.Sum64()
}

func (v *visit) choices(q *question.Question, c question.Control) []Choice {
	list := make([]Choice, len(c.Choices))
	for i, o := range c.Choices {
		list[i].Value, list[i].Exclusive = o.Value, o.Exclusive
		list[i].Text, list[i].Lang = v.label(o.Label)
		if o.Image != "" {
			list[i].Image = v.pictureURL(o.Image)
		}
	}
	out := make([]Choice, 0, len(list))
	for _, i := range c.Order(v.seed(q)) {
		out = append(out, list[i])
	}
	return out
}

func (v *visit) rows(q *question.Question, c question.Control) []Row {
	list := make([]Row, len(c.Rows))
	for i, r := range c.Rows {
		list[i].ID = r.ID
		list[i].Text, list[i].Lang = v.label(r.Label)
	}
	if !c.Random {
		return list
	}
	out := make([]Row, 0, len(list))
	for _, i := range question.Order(len(list), v.seed(q)) {
		out = append(out, list[i])
	}
	return out
}

// label gives an author's text, or a word.
func (v *visit) label(l question.Label) (text, lang string) {
	if !l.Text.Empty() {
		return v.text(l.Text)
	}
	if l.Say.Word == "" {
		return "", ""
	}
	return v.words.Say(l.Say.Word, l.Say.Fill...), ""
}

// text gives an author's text with the answers that it names, and its language
// where that is not the page's.
func (v *visit) text(t question.Text) (text, lang string) {
	if t.Empty() {
		return "", ""
	}
	s, tag := t.Pick(v.lang, v.languages()[0])
	if strings.EqualFold(tag, v.lang) {
		tag = ""
	}
	if !strings.Contains(s, "{{") {
		return s, tag
	}
	o, err := v.object()
	if err != nil {
		return s, tag
	}
	return v.survey.Fill(s, v.lang, v.words, o, v.outside, &v.path), tag
}
