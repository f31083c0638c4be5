package page

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/responses"
	"waymark/responses/quota"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/logic"
	"waymark/surveys/question"
	"waymark/surveys/words"
)

// again is how long after it was completed a link for one answer still takes
// another one in its place, api.md §8.
const again = 24 * time.Hour

// visit is one request of somebody who answers: the link, the version that it
// shows, and what was answered so far.
type visit struct {
	*Service
	asks
	ws     ident.Workspace
	link   *link.Link
	survey *surveys.Compiled
	look   Look
	groups [][]int
	words  *words.Words
	lang   string

	ticket  ticket
	genuine bool                // it is one of the link's
	looked  bool                // stored is what is in the store
	blind   bool                // it was not read, since the ticket knows of nothing
	stored  *responses.Response // nil before the first answer
	fresh   []string            // files that came with this request
	answers [][]byte            // JSON by question; nil where there is none
	path    logic.Path
	parser  fastjson.Parser
}

// asks is what a request says of itself, whether it shows or hands in.
type asks struct {
	token  string
	accept string     // Accept-Language
	query  url.Values // of the address
	sealed string     // the ticket; "" begins a visit
	fast   bool       // what is stored is only read where the ticket knows of something
	last   bool       // whatever is stored meanwhile, this is taken
	looks  bool       // and hands nothing in
}

// embed tells that the page may stand in a frame of another site.
func (a asks) embed() bool { return a.query.Get("embed") == "1" }

// theme is the one that was asked for; "" leaves it to the reader's system.
func (a asks) theme() string {
	if t := a.query.Get("theme"); t == "light" || t == "dark" {
		return t
	}
	return ""
}

// address leads to the link's page again, in the frame and the theme in which
// it stands now.
func (a asks) address(more url.Values) string {
	q := url.Values{}
	for name, values := range more {
		q[name] = values
	}
	if a.embed() {
		q.Set("embed", "1")
	}
	if t := a.theme(); t != "" {
		q.Set("theme", t)
	}
	if len(q) == 0 {
		return "/s/" + a.token
	}
	return "/s/" + a.token + "?" + q.Encode()
}

// meet finds the link and how its pages look.
func (s *Service) meet(ctx context.Context, a asks) (*visit, error) {
	ws, l, err := s.Links.ByToken(ctx, a.token)
	if err != nil {
		return nil, err
	}
	v := &visit{Service: s, asks: a, ws: ws, link: &l}
	if v.look, err = s.Look(ctx, ws); err != nil {
		return nil, err
	}
	v.look.paint = s.painted(v.look.Colour)
	return v, nil
}

// enter finds the link, the survey and the state of the visit. Faults: see
// Service.
func (s *Service) enter(ctx context.Context, a asks) (*visit, error) {
	v, err := s.meet(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.sealed != "" {
		v.ticket, v.genuine = open(v.link, a.sealed)
	}
	err = v.load(ctx, v.genuine)
	if v.genuine && a.looks && !v.link.SingleUse && erased(err) {
		// What was answered in this visit was deleted: who comes back begins another one.
		v.genuine = false
		err = v.load(ctx, false)
	}
	if err != nil {
		return nil, v.sorry(err)
	}
	if !v.genuine {
		v.begin()
	}
	v.hidden()
	if lang := a.query.Get("lang"); v.offered(lang) {
		v.ticket.Language = lang
	}
	v.speak()
	v.walk()
	return v, nil
}

func erased(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Slug == "erased"
}

// load finds the version to show and what is stored of the visit.
func (v *visit) load(ctx context.Context, known bool) error {
	var err error
	if v.link.Preview {
		if v.survey, err = v.Surveys.Newest(ctx, v.ws, v.link.Survey); err != nil {
			return err
		}
		v.groups = v.survey.Groups()
		v.answers = make([][]byte, len(v.survey.Definition().Questions))
		if known {
			v.take([]byte(v.ticket.Answers))
			v.doubt()
		}
		return nil
	}
	head, err := v.Surveys.Head(ctx, v.ws, v.link.Survey)
	switch {
	case err != nil:
		return err
	case head.Status == surveys.Closed:
		return fault.New(fault.Gone, "survey-closed", "The survey is closed and takes no more answers.")
	case head.Current == 0:
		return fault.New(fault.Conflict, "survey-draft", "The survey is a draft; publish it first.")
	}
	version := head.Current
	if known {
		version = v.ticket.Version
	}
	v.looked = known || v.link.SingleUse
	v.blind = v.fast && known && v.ticket.Step == 0 && !v.link.SingleUse && v.link.MaxResponses == nil
	if v.looked && !v.blind {
		r, err := v.Responses.Visit(ctx, v.ws, v.ticket.response(v.ws, v.link))
		switch {
		case err == nil:
			v.stored, version = &r, r.Version
		case !fault.Is(err, fault.NotFound):
			return err
		}
	}
	if v.over() {
		return fault.New(fault.Gone, "used", "This link was answered, and its time to change the answer is over.")
	}
	if v.stored == nil {
		if err := v.room(ctx); err != nil {
			return err
		}
	}
	if v.survey, err = v.Surveys.Compiled(ctx, v.ws, v.link.Survey, version); err != nil {
		return err
	}
	v.groups = v.survey.Groups()
	v.answers = make([][]byte, len(v.survey.Definition().Questions))
	if v.stored != nil {
		if v.stored.Pending != nil {
			v.take(v.stored.Pending)
		} else {
			v.take(v.stored.Answers)
		}
	}
	return nil
}

// over tells that the one answer of the link was given, and when it can be
// changed no more.
func (v *visit) over() bool {
	return v.completed() && v.Now().Sub(v.stored.CompletedAt.Time()) > again
}

// room refuses who comes to a link that has all the answers it takes.
func (v *visit) room(ctx context.Context) error {
	if v.link.MaxResponses == nil {
		return nil
	}
	left, err := v.Responses.Left(ctx, v.ws, v.cap())
	if err == nil && !left {
		return fault.New(fault.Gone, "full", "The link has all the answers that it takes.")
	}
	return err
}

// begin makes the ticket of a visit that begins.
func (v *visit) begin() {
	t := ticket{Version: v.survey.Number, Shown: v.Now().UnixMilli()}
	if v.link.SingleUse {
		h := fnv.New64a()
		_, _ = h.Write([]byte(v.link.ID))
		t.Seed = h.Sum64()
	} else {
		t.Nonce, t.Seed = newNonce(), rand.Uint64()
	}
	kept := url.Values{}
	for name, values := range v.query {
		id, _, _ := strings.Cut(name, ".")
		if _, asked := v.survey.Place(id); asked {
			kept[name] = values
		}
	}
	if p := kept.Encode(); len(p) <= maxPrefill {
		t.Prefill = p
	}
	v.ticket = t
}

// prefill gives what came in the link.
func (v *visit) prefill() form {
	f, err := url.ParseQuery(v.ticket.Prefill)
	if err != nil {
		return form{}
	}
	return form{Values: f}
}

// brought is the answer that came in the link; nil for none, or what is none.
// What has to be done by the person no address does: to agree, and to hand in a
// file, since an id in a link may be another person's.
func (v *visit) brought(i int, prefill form) []byte {
	q, t := v.survey.Question(i)
	if kind := v.survey.Control(i).Kind; kind == question.Upload || kind == question.Agree {
		return nil
	}
	if a := t.Read(q, prefill); a != nil && v.good(i, a) {
		return a
	}
	return nil
}

// hidden answers what nobody is asked with what came in the link.
func (v *visit) hidden() {
	prefill := v.prefill()
	for i := range v.answers {
		if q, _ := v.survey.Question(i); q.Type == question.Hidden && v.answers[i] == nil {
			v.answers[i] = v.brought(i, prefill)
		}
	}
}

// take reads answers that were stored. What the version does not ask is passed over.
func (v *visit) take(doc []byte) {
	if len(doc) == 0 {
		return
	}
	o, err := v.parser.ParseBytes(doc)
	if err != nil {
		return
	}
	for i, q := range v.survey.Definition().Questions {
		if a := o.Get(q.ID); a != nil {
			v.answers[i] = a.MarshalTo(nil)
		}
	}
}

// doubt leaves answers away that the draft of a preview takes no more: it may
// have been changed since they were given.
func (v *visit) doubt() {
	for i, a := range v.answers {
		if a != nil && !v.good(i, a) {
			v.answers[i] = nil
		}
	}
}

// document writes the answers as one JSON object.
func (v *visit) document() []byte {
	b := []byte{'{'}
	for i, a := range v.answers {
		if a == nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, v.survey.Definition().Questions[i].ID) // ids are ASCII
		b = append(append(b, ':'), a...)
	}
	return append(b, '}')
}

// object is document, read; good until the next one is.
func (v *visit) object() (*fastjson.Object, error) {
	o, err := v.parser.ParseBytes(v.document())
	if err != nil {
		return nil, err
	}
	return o.Object()
}

// offered tells whether the survey speaks the language.
func (v *visit) offered(tag string) bool {
	return slices.ContainsFunc(v.languages(), func(t string) bool { return strings.EqualFold(t, tag) })
}

// speak chooses the language.
func (v *visit) speak() {
	asked := v.ticket.Language
	if l := v.query.Get("lang"); l != "" {
		asked = l
	}
	v.lang = words.Choose(v.languages(), words.Wish{Asked: asked, Link: v.link.Language, Accept: v.accept, Workspace: v.look.Language})
	v.words = words.In(v.lang)
}

// walk finds what is shown and required by the answers so far.
func (v *visit) walk() {
	o, err := v.object()
	if err != nil {
		return
	}
	v.path = v.survey.Walk(o, v.outside)
}

// outside is what is known of the one who answers besides the answers.
func (v *visit) outside(name string) logic.Value {
	return responses.Outside(v.link.Properties, "", v.lang)(name)
}

// languages lists those that the survey is in, at least one.
func (v *visit) languages() []string {
	if tags := v.survey.Definition().Title.Tags(); len(tags) > 0 {
		return tags
	}
	return []string{v.look.Language}
}

// good tells whether a question takes the answer.
func (v *visit) good(i int, answer []byte) bool {
	return len(bytes.TrimSpace(answer)) > 0 && v.survey.Refusal(i, answer) == nil
}

// resume is where a browser keeps the ticket; empty where it keeps none: a link for
// one answer resumes by its token, and behind a kiosk comes somebody else.
func (v *visit) resume() string {
	if v.link.SingleUse || v.link.Kiosk || v.link.Preview {
		return ""
	}
	return "waymark:" + v.link.ID
}

// cap is how many responses the link takes.
func (v *visit) cap() quota.Cap { return quota.Cap{Key: v.link.ID, Limit: *v.link.MaxResponses} }
