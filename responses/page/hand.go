package page

import (
	"bytes"
	"context"
	"slices"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/question"
)

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
	a.looks = true
	v, err := s.enter(ctx, a)
	if err != nil {
		return shown{}, err
	}
	if _, genuine := open(v.link, a.sealed); genuine {
		return v.still()
	}
	return v.here()
}

// still shows the page of a ticket that came in an address: somebody chose
// another language there. An address may be passed on, so before the first
// answer whoever opens it begins a visit of their own, at that place.
func (v *visit) still() (shown, error) {
	at := next(v.groups, min(v.ticket.Group, len(v.groups)), v.path)
	if at == len(v.groups) {
		return v.here()
	}
	if v.stored == nil && !v.link.SingleUse {
		v.ticket.Nonce, v.ticket.Shown = newNonce(), v.Now().UnixMilli()
	}
	return v.at(at, nil, nil)
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

// tries is how often a hand-in begins anew because another one of the same visit
// was faster. The last time it takes what there is.
const tries = 4

// hand takes what a page sends. A first hand-in is stored without a look at what
// is stored: where there is something after all, from a page that was left open or
// sent twice, or there is nothing to store, it is taken anew with that look. Two
// pages of a visit may be sent at once, from two devices or by a script meanwhile:
// neither takes the other's answers away.
func (s *Service) hand(ctx context.Context, a asks, f form) (shown, error) {
	a.sealed, a.looks = f.Get(FieldTicket), f.Get(fieldResume) != ""
	for try := 1; ; try++ {
		a.fast, a.last = try == 1 && !a.looks, try == tries
		got, err := s.handed(ctx, a, f)
		if !fault.Is(err, fault.Stale) {
			return got, err
		}
	}
}

func (s *Service) handed(ctx context.Context, a asks, f form) (shown, error) {
	v, err := s.enter(ctx, a)
	if err != nil {
		return shown{}, err
	}
	got, err := v.hand(ctx, f)
	if err == nil && v.blind && v.stored == nil {
		err = fault.New(fault.Stale, "stale", "What is stored of the visit decides.")
	}
	if kind := fault.KindOf(err); err == nil || kind != fault.Internal && kind != fault.Unavailable { // else it may be stored after all
		v.tidy(ctx)
	}
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
	switch {
	case f.Get(fieldResume) != "":
		return v.here()
	case !v.genuine:
		// Forged, cut off, or another link's: whose answers these are cannot be
		// told, so the person looks at them once more and sends them anew.
		s, err := v.at(next(v.groups, 0, v.path), &f, nil)
		if err == nil {
			s.view.Notice, s.refused = v.words.Say("err_title", "n", 1), true
		}
		return s, err
	case f.Get(fieldSign) != "":
		return v.sign(ctx, f.Get(fieldKept))
	case v.ticket.Version != v.survey.Number && !v.link.Preview:
		// The same visit began on another version meanwhile, on another device: what
		// stood on this page are not its questions.
		if f.Get(fieldAutosave) != "" {
			return v.resealed()
		}
		s, err := v.here()
		if err == nil {
			s.view.Notice, s.refused = v.words.Say("err_title", "n", 1), true
		}
		return s, err
	}
	return v.step(ctx, f)
}

// sign counts what was preselected, once, api.md §8: where the browser kept a
// visit that has answered, the page goes on with that one.
func (v *visit) sign(ctx context.Context, kept string) (shown, error) {
	if !v.link.OneClick || v.link.Preview || v.stored != nil {
		return v.resealed()
	}
	if t, genuine := open(v.link, kept); genuine && !v.link.SingleUse && !v.link.Kiosk {
		_, err := v.Responses.Get(ctx, v.ws, t.response(v.ws, v.link))
		if err == nil {
			v.ticket.Nonce = t.Nonce
			return v.resealed()
		}
		if !fault.Is(err, fault.NotFound) {
			return shown{}, err
		}
	}
	prefill := v.prefill()
	voted := false
	for i := range v.answers {
		q, _ := v.survey.Question(i)
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
	v.ticket.Step = v.storedStep()
	t, err := v.ticket.seal(v.link)
	return shown{ticket: t}, err
}

// step takes the answers of one page.
func (v *visit) step(ctx context.Context, f form) (shown, error) {
	autosave := f.Get(fieldAutosave) != ""
	if autosave && v.ticket.Step < v.storedStep() {
		return v.resealed() // its own page overtook it, or another device
	}
	at := min(v.ticket.Group, max(len(v.groups)-1, 0))
	script := f.Get(fieldScript) != ""
	v.ticket.Suspect = v.ticket.Suspect || f.Get(fieldDecoy) != ""
	wrong, err := v.read(ctx, at, f, script)
	if err != nil {
		return shown{}, err
	}
	v.settle()
	for i := range wrong { // nobody can mend what is not asked any more
		if !v.path.Shown[i] {
			delete(wrong, i)
		}
	}
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
		v.again(at, f, wrong)
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

// storedStep is the step of what is stored of the visit; 0 where nothing is.
func (v *visit) storedStep() int64 {
	if v.stored == nil {
		return 0
	}
	return v.stored.Step
}

// again asks for the files once more that came with what is refused: no browser
// shows them again, and who is not told would believe them sent.
func (v *visit) again(at int, f form, wrong map[int]string) {
	for _, i := range v.groups[at] {
		q, _ := v.survey.Question(i)
		if _, sent := f.files[q.ID]; sent && v.path.Shown[i] && wrong[i] == "" {
			wrong[i] = v.words.Say("err_file")
		}
	}
}

// goesBack tells whether the way back was pressed.
func (v *visit) goesBack(f form) bool {
	if _, asked := v.survey.Place(fieldBack); asked {
		return false // it is a question's own field
	}
	return f.Has(fieldBack)
}
