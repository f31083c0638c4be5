package page

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/valyala/fastjson"

	"waymark/responses"
	"waymark/responses/quota"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/question"
)

// minimal is how long a person needs at least from opening the page to handing
// it in, api.md §8.
const minimal = 2 * time.Second

// shown is what a request gets: one of the fields is set.
type shown struct {
	view     *View
	end      *End
	redirect string
	ticket   string   // the next one, of what a script sends
	refused  bool     // the view shows what was handed in again
	hosts    []string // where the form may lead besides
}

// open shows the page of a link. It counts and stores nothing.
func (s *Service) open(ctx context.Context, a asks) (shown, error) {
	v, err := s.enter(ctx, a)
	if err != nil {
		return shown{}, err
	}
	return v.here()
}

// here shows where the visit stands.
func (v *visit) here() (shown, error) {
	at := 0
	completed := v.completed()
	if (v.stored != nil || v.link.Preview && v.ticket.Answers != "") && !completed {
		at = reached(v.groups, func(i int) bool { return v.answers[i] != nil }, v.path)
	} else {
		at = next(v.groups, 0, v.path)
	}
	return v.at(at, nil, nil)
}

// at shows a group of questions; with something wrong the page is a refusal.
func (v *visit) at(group int, posted *form, wrong map[int]string) (shown, error) {
	w, err := v.view(group, posted, wrong)
	return shown{view: w, refused: len(wrong) > 0, hosts: v.hosts()}, err
}

// completed tells that the visit handed everything in before.
func (v *visit) completed() bool { return v.stored != nil && v.stored.CompletedAt.Milli() != 0 }

// hand takes what a page sends.
func (s *Service) hand(ctx context.Context, a asks, f form) (shown, error) {
	a.sealed = f.Get(FieldTicket)
	v, err := s.enter(ctx, a)
	if err != nil {
		return shown{}, err
	}
	got, err := v.hand(ctx, f)
	v.tidy(ctx)
	if err != nil {
		return shown{}, v.sorry(err)
	}
	return got, nil
}

// tidy removes the files of a request whose answers were not taken.
func (v *visit) tidy(ctx context.Context) {
	lost := slices.DeleteFunc(v.fresh, func(id string) bool {
		return v.stored != nil && (bytes.Contains(v.stored.Answers, []byte(id)) || bytes.Contains(v.stored.Pending, []byte(id)))
	})
	if len(lost) > 0 {
		_ = v.Files.Forget(ctx, v.ws, lost) // they are named nowhere
	}
}

func (v *visit) hand(ctx context.Context, f form) (shown, error) {
	_, genuine := open(v.link, v.sealed)
	switch {
	case f.Get(fieldResume) != "":
		return v.here()
	case !genuine:
		// Forged, cut off, or another link's: whose answers these are cannot be
		// told, so the person looks at them once more and sends them anew.
		s, err := v.at(next(v.groups, 0, v.path), &f, nil)
		if err == nil {
			s.view.Notice, s.refused = v.words.Say("err_title", "n", 1), true
		}
		return s, err
	case f.Get(fieldSign) != "":
		return v.sign(ctx)
	}
	return v.step(ctx, f)
}

// sign counts what was preselected, once, api.md §8.
func (v *visit) sign(ctx context.Context) (shown, error) {
	if !v.link.OneClick || v.link.Preview || v.stored != nil {
		return v.resealed()
	}
	prefill := v.prefill()
	voted := false
	for i := range v.answers {
		q, _ := v.question(i)
		if a := v.brought(i, prefill); a != nil {
			v.answers[i] = a
			voted = voted || q.Type != question.Hidden
		}
	}
	v.settle()
	if !voted {
		return v.resealed()
	}
	if _, err := v.store(ctx, func(h *responses.HandIn) { h.Vote, h.Suspect = true, v.ticket.Suspect }); err != nil {
		return shown{}, err
	}
	return v.resealed()
}

// resealed gives the ticket of the page that is open already.
func (v *visit) resealed() (shown, error) {
	t, err := v.ticket.seal(v.link)
	return shown{ticket: t}, err
}

// step takes the answers of one page.
func (v *visit) step(ctx context.Context, f form) (shown, error) {
	at := min(v.ticket.Group, max(len(v.groups)-1, 0))
	script := f.Get(fieldScript) != ""
	v.ticket.Suspect = v.ticket.Suspect || f.Get(fieldDecoy) != ""
	wrong, err := v.read(ctx, at, f, script)
	if err != nil {
		return shown{}, err
	}
	v.settle()
	autosave := f.Get(fieldAutosave) != ""
	if v.goesBack(f) || autosave {
		for i := range wrong { // what is not good yet is not kept
			v.answers[i] = nil
		}
		if err := v.keep(ctx); err != nil {
			return shown{}, err
		}
		if autosave {
			return v.resealed()
		}
		if b := before(v.groups, at, v.path); b >= 0 {
			at = b
		}
		return v.at(at, nil, nil)
	}
	for _, i := range v.required(at, script) {
		if _, told := wrong[i]; !told {
			r := v.survey.Missing(i, v.answers[i])
			wrong[i] = v.words.Say(r.Word, r.Fill...)
		}
	}
	if len(wrong) > 0 {
		return v.at(at, &f, wrong)
	}
	if v.unasked(at, script) { // what hangs on an answer of the same page
		if err := v.keep(ctx); err != nil {
			return shown{}, err
		}
		return v.at(at, nil, nil)
	}
	if to := next(v.groups, at+1, v.path); to < len(v.groups) {
		if err := v.keep(ctx); err != nil {
			return shown{}, err
		}
		return v.at(to, nil, nil)
	}
	return v.complete(ctx, at)
}

// goesBack tells whether the way back was pressed.
func (v *visit) goesBack(f form) bool {
	if _, asked := v.survey.Place(fieldBack); asked {
		return false // it is a question's own field
	}
	return f.Has(fieldBack)
}

// read takes the page's answers out of the form, and says what is wrong with
// them by question.
func (v *visit) read(ctx context.Context, at int, f form, script bool) (map[int]string, error) {
	wrong := map[int]string{}
	prefill := v.prefill()
	for i := range v.answers { // what nobody is asked came in the link
		q, _ := v.question(i)
		if q.Type == question.Hidden && v.answers[i] == nil {
			v.answers[i] = v.brought(i, prefill)
		}
	}
	if at >= len(v.groups) {
		return wrong, nil
	}
	for _, i := range v.groups[at] {
		q, t := v.question(i)
		if !script && !v.asked(i) {
			continue
		}
		if t.Control(q).Kind == question.Upload {
			if err := v.receive(ctx, i, f, wrong); err != nil {
				return nil, err
			}
			continue
		}
		if !f.clean(q.ID) {
			v.answers[i], wrong[i] = nil, v.words.Say("err_text")
			continue
		}
		given := f
		if c := t.Control(q); c.Input == "number" {
			given = v.number(q.ID, f)
		}
		v.answers[i] = t.Read(q, given)
		if v.answers[i] == nil {
			continue
		}
		if r := v.survey.Refusal(i, v.answers[i]); r != nil {
			wrong[i] = v.words.Say(r.Word, r.Fill...)
		}
	}
	return wrong, nil
}

// receive stores a file that was handed in; without one the file of before stays.
func (v *visit) receive(ctx context.Context, i int, f form, wrong map[int]string) error {
	q, t := v.question(i)
	u, sent := f.files[q.ID]
	if !sent {
		if f.Get(q.ID+".remove") != "" {
			v.answers[i] = nil
		}
		return nil
	}
	c := t.Control(q)
	if v.link.Preview {
		return nil // nothing of a preview is kept
	}
	stored, err := v.Files.Put(ctx, v.ws, files.New{ID: ident.New("fil"), Name: u.name, Accept: c.Accept, MaxBytes: c.MaxBytes, Use: files.Answer}, u.body)
	var refused *question.Refusal
	switch {
	case err == nil:
		a := question.FileAnswer{ID: stored.ID, Name: stored.Name, Type: stored.Type, Bytes: stored.Bytes}
		if !slices.Contains(c.Accept, a.Type) {
			a.Type = files.Kind(u.body) // what was sent, and encoded again as another type
		}
		v.fresh = append(v.fresh, stored.ID)
		v.answers[i], err = json.Marshal(a)
		return err
	case fault.Is(err, fault.TooLarge):
		refused = question.TakesFile(q, c.Accept[0], len(u.body))
	case fault.Is(err, fault.Invalid):
		refused = question.TakesFile(q, "", 0)
	default:
		return err
	}
	wrong[i] = v.words.Say(refused.Word, refused.Fill...)
	return nil
}

// settle follows the answers, and leaves away what is not asked any more.
func (v *visit) settle() {
	v.walk()
	for i := range v.answers {
		if v.answers[i] != nil && !v.path.Shown[i] {
			v.answers[i] = nil
		}
	}
}

// asked tells whether the question stood on the page without a script.
func (v *visit) asked(i int) bool {
	for _, q := range v.ticket.Asked {
		if q == i {
			return true
		}
	}
	return false
}

// required lists what the page's questions still need.
func (v *visit) required(at int, script bool) (missing []int) {
	if at >= len(v.groups) {
		return nil
	}
	for _, i := range v.groups[at] {
		if v.path.Shown[i] && v.path.Required[i] && (script || v.asked(i)) && v.survey.Missing(i, v.answers[i]) != nil {
			missing = append(missing, i)
		}
	}
	return missing
}

// unasked tells whether the answers show a question of the same page that was
// not on it.
func (v *visit) unasked(at int, script bool) bool {
	if script || at >= len(v.groups) {
		return false
	}
	for _, i := range v.groups[at] {
		if v.path.Shown[i] && v.answers[i] == nil && !v.asked(i) {
			return true
		}
	}
	return false
}

// keep stores what was answered so far; nothing before the first answer.
func (v *visit) keep(ctx context.Context) error {
	if v.link.Preview {
		v.ticket.Answers = string(v.document())
		return nil
	}
	any := false
	for i, a := range v.answers {
		any = any || a != nil && v.survey.Definition().Questions[i].Type != question.Hidden
	}
	if !any && v.stored == nil {
		return nil
	}
	_, err := v.store(ctx, func(*responses.HandIn) {})
	return err
}

// store hands the answers in.
func (v *visit) store(ctx context.Context, how func(*responses.HandIn)) (responses.Handed, error) {
	h := responses.HandIn{ID: v.ticket.response(v.ws, v.link), Survey: v.link.Survey, Version: v.survey.Number, Answers: v.document(), Step: 1,
		Language: v.lang, Properties: v.link.Properties, Via: responses.Via{Channel: "link", Link: v.link.ID}, Window: again,
		Suspect: v.ticket.Suspect || v.hasty()}
	if v.stored != nil {
		h.Step = v.stored.Step + 1
	}
	if v.link.MaxResponses != nil {
		h.Caps = []quota.Cap{v.cap()}
	}
	how(&h)
	got, err := v.Responses.HandIn(ctx, v.ws, h)
	if err == nil && len(got.Wrong) == 0 {
		v.stored = &got.Response
	}
	return got, err
}

// hasty tells that no person is so quick. Behind a kiosk's screen one may be
// who read the question over a shoulder, and who gave a sign of life is one.
func (v *visit) hasty() bool {
	voted := v.stored != nil && v.stored.Status == responses.Counted
	return !v.link.Kiosk && !voted && v.Now().Sub(v.ticket.time()) < minimal
}

// complete hands the last page in.
func (v *visit) complete(ctx context.Context, at int) (shown, error) {
	if v.link.Preview {
		return v.ended(EndThanks)
	}
	got, err := v.store(ctx, func(h *responses.HandIn) { h.Complete = true })
	if err != nil {
		return shown{}, err
	}
	if len(got.Wrong) > 0 {
		return v.missed(at, got.Wrong)
	}
	if got.Response.Status == responses.Screened {
		return v.ended(EndScreened)
	}
	return v.ended(EndThanks)
}

// missed shows the first page with something wrong on it. That can be an
// earlier one: a page was skipped, or another answer made a question required.
func (v *visit) missed(at int, list []surveys.Wrong) (shown, error) {
	wrong := map[int]string{}
	first := at
	for _, x := range list {
		if x.Question < 0 {
			continue
		}
		wrong[x.Question] = v.words.Say(x.Refusal.Word, x.Refusal.Fill...)
		for g := range v.groups {
			for _, i := range v.groups[g] {
				if i == x.Question && g < first {
					first = g
				}
			}
		}
	}
	here := map[int]string{}
	if first < len(v.groups) {
		for _, i := range v.groups[first] {
			if w, is := wrong[i]; is {
				here[i] = w
			}
		}
	}
	if len(here) == 0 {
		return shown{}, fault.New(fault.Internal, "page", "What is wrong with the answers can be shown on no page.")
	}
	return v.at(first, nil, here)
}

// ended is the page behind the last one: thanks by the survey's own rules, or
// where there are none in our words.
func (v *visit) ended(kind EndKind) (shown, error) {
	e := &End{Kind: kind, Lang: v.lang, Words: v.words, Brand: v.look.brand(v.token), Kiosk: v.link.Kiosk, Preview: v.link.Preview, Action: v.address(nil), Theme: v.theme(), Embed: v.embed()}
	if !v.link.SingleUse && !v.link.Kiosk && !v.link.Preview {
		e.Resume = "waymark:" + v.link.ID
	}
	if kind != EndThanks {
		return shown{end: e}, nil
	}
	if v.link.SingleUse && !v.link.Preview {
		e.Change = v.address(nil)
	}
	o, err := fastjson.ParseBytes(v.document())
	if err != nil {
		return shown{end: e}, nil
	}
	if t := v.survey.Thanks(o.GetObject(), v.outside, &v.path); t != nil {
		e.Text, e.TextLang = v.text(t.Text)
		if t.Redirect != "" && !v.link.Kiosk && !v.link.Preview && surveys.Leads(t.Redirect, v.look.RedirectHosts) {
			return shown{redirect: t.Redirect}, nil
		}
		if t.Link != nil && !v.link.Kiosk {
			e.Link.Text, _ = v.text(t.Link.Text)
			if e.Link.Text == "" {
				e.Link.Text = v.words.Say("follow")
			}
			e.Link.URL = t.Link.URL
		}
	}
	return shown{end: e}, nil
}
