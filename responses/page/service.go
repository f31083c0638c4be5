package page

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"waymark/responses"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/question"
	"waymark/surveys/words"
)

// Service is what may be done with the hosted page.
type Service struct {
	Links     *link.Service
	Surveys   *surveys.Service
	Responses *responses.Service
	Files     *files.Service
	// Look gives what a workspace's settings say of its pages.
	Look func(ctx context.Context, ws ident.Workspace) (Look, error)
	Now  func() time.Time

	paints sync.Map // *paint by colour: to find readable ones takes long
}

// Look is how a workspace's pages look and speak.
type Look struct {
	Name          string // of the shop
	Language      string
	Colour        string // #rrggbb
	Logo          string // fil_…, or empty
	RedirectHosts []string

	paint *paint
}

// painted gives the style of a colour. Colours are few: each is a workspace's.
func (s *Service) painted(colour string) *paint {
	if p, known := s.paints.Load(colour); known {
		return p.(*paint)
	}
	p := Brand{Colour: colour}.painted()
	s.paints.Store(colour, &p)
	return &p
}

// brand is the look as a page of the link has it.
func (l Look) brand(token string) Brand {
	b := Brand{Name: l.Name, Colour: l.Colour, paint: l.paint}
	if l.Logo != "" {
		b.LogoURL = "/s/" + token + "/files/" + l.Logo
	}
	return b
}

// ended is a failure that has a page of its own.
type ended struct {
	end End
	err error
}

func (e *ended) Error() string { return e.err.Error() }
func (e *ended) Unwrap() error { return e.err }

// ends are the pages of failures, by slug.
var ends = map[string]EndKind{"survey-closed": EndClosed, "used": EndUsed, "full": EndFull, "survey-draft": EndSoon, "survey-unready": EndSoon, "erased": EndUsed}

// sorry gives a failure its page, in the shop's colours: the link is known, so
// nothing is told by it.
func (v *visit) sorry(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	kind, known := ends[f.Slug]
	if !known {
		return err
	}
	lang := words.Choose(words.Languages(), words.Wish{Asked: cmp.Or(v.query.Get("lang"), v.ticket.Language), Link: v.link.Language, Accept: v.accept, Workspace: v.look.Language})
	e := End{Kind: kind, Lang: lang, Words: words.In(lang), Brand: v.look.brand(v.token), Kiosk: v.link.Kiosk, Action: v.address(nil), Theme: v.theme(), Embed: v.embed()}
	if v.link.Preview { // its reader wrote the draft, and mends it
		e.Text, e.TextLang = unready(f), "en"
	}
	return &ended{e, err}
}

// unready lists what keeps a draft from being shown.
func unready(f *fault.Error) string {
	var why *fault.Error
	if !errors.As(f.Err, &why) {
		return f.Detail
	}
	var all []string
	for _, x := range why.Fields {
		all = append(all, x.Pointer+" "+x.Detail)
	}
	return strings.Join(append(all, f.Detail), " · ")
}

// Sorry gives the page of a failure, and what that may do: its own where the
// link was found, else one that tells nothing but the kind of failure.
func Sorry(err error, lang, accept string, embed bool) (body []byte, may string) {
	var e *ended
	if !errors.As(err, &e) {
		kind := EndDown
		switch fault.KindOf(err) {
		case fault.NotFound, fault.Malformed:
			kind = EndGone
		case fault.TooMany:
			kind = EndBusy
		}
		tag := words.Choose(words.Languages(), words.Wish{Asked: lang, Accept: accept, Workspace: "en"})
		e = &ended{end: End{Kind: kind, Lang: tag, Words: words.In(tag)}}
		switch { // what can be mended is said, not that it may pass
		case errors.Is(err, errTexts):
			e.end.Kind, e.end.Text = EndLarge, e.end.Words.Say("err_long", "n", question.MaxText)
		case fault.Is(err, fault.TooLarge):
			e.end.Kind, e.end.Text = EndLarge, e.end.Words.Say("err_file_size", "size", words.Bytes(question.MaxFile))
		}
	}
	body, style, herr := e.end.HTML()
	if herr != nil {
		return nil, "default-src 'none'"
	}
	return body, policy(style, embed, nil)
}

// readQuery reads the query of an address; what cannot be read is passed over,
// since mailers and people add to links.
func readQuery(raw string) url.Values {
	q, _ := url.ParseQuery(raw) // all that can be read
	for name, values := range q {
		for _, s := range values {
			if strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s {
				delete(q, name)
			}
		}
	}
	return q
}

// hosts lists where the thanks of the survey may lead.
func (v *visit) hosts() (out []string) {
	for _, t := range v.survey.Definition().Thanks {
		if u, err := url.Parse(t.Redirect); err == nil && t.Redirect != "" && surveys.Leads(t.Redirect, v.look.RedirectHosts) {
			out = append(out, u.Scheme+"://"+u.Host)
		}
	}
	return out
}
