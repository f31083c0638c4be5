package page

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/question"
)

// read takes the page's answers out of the form, and says what is wrong with
// them by question.
func (v *visit) read(ctx context.Context, at int, f form, script bool) (map[int]string, error) {
	wrong := map[int]string{}
	if at >= len(v.groups) {
		return wrong, nil
	}
	for _, i := range v.groups[at] {
		q, t := v.survey.Question(i)
		if !script && !v.asked(i) {
			continue
		}
		if v.survey.Control(i).Kind == question.Upload {
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
		if v.survey.Control(i).Input == "number" {
			given = form{Values: url.Values{q.ID: {v.words.Unwritten(f.Get(q.ID))}}}
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
	q, _ := v.survey.Question(i)
	u, sent := f.files[q.ID]
	if !sent {
		if f.Get(q.ID+".remove") != "" {
			v.answers[i] = nil
		}
		return nil
	}
	c := v.survey.Control(i)
	if v.link.Preview {
		v.pretend(i, u, wrong)
		return nil
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

// pretend answers a question of a preview by a file that is kept nowhere, so
// that a survey can be tried to its end.
func (v *visit) pretend(i int, u upload, wrong map[int]string) {
	q, _ := v.survey.Question(i)
	kind := files.Kind(u.body)
	if r := question.TakesFile(q, kind, len(u.body)); r != nil {
		v.answers[i], wrong[i] = nil, v.words.Say(r.Word, r.Fill...)
		return
	}
	v.answers[i], _ = json.Marshal(question.FileAnswer{ID: ident.New("fil"), Name: files.Name(u.name, kind), Type: kind, Bytes: len(u.body)})
}

// settle follows the answers, and leaves away what is not asked any more. What
// came in the link stays: a later answer may ask for it.
func (v *visit) settle() {
	v.walk()
	for i := range v.answers {
		if q, _ := v.survey.Question(i); v.answers[i] != nil && !v.path.Shown[i] && q.Type != question.Hidden {
			v.answers[i] = nil
		}
	}
}

// asked tells whether the question stood on the page without a script.
func (v *visit) asked(i int) bool { return slices.Contains(v.ticket.Asked, i) }

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
