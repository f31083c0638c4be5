package page

import (
	"context"

	"waymark/responses"
	"waymark/surveys"
	"waymark/surveys/fault"
)

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
	e := &End{Kind: kind, Lang: v.lang, Words: v.words, Brand: v.look.brand(v.token), Kiosk: v.link.Kiosk, Preview: v.link.Preview, Action: v.address(nil), Theme: v.theme(), Embed: v.embed(), Resume: v.resume()}
	if kind != EndThanks {
		return shown{end: e}, nil
	}
	if v.link.SingleUse && !v.link.Preview {
		e.Change = v.address(nil)
	}
	o, err := v.object()
	if err != nil {
		return shown{end: e}, nil
	}
	if t := v.survey.Thanks(o, v.outside, &v.path); t != nil {
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
