package workspace

import (
	"context"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/language"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/strict"
	"waymark/surveys/when"
)

// Settings are a workspace's settings, api.md §9.
type Settings struct {
	Name            *string       `json:"name,omitzero"`
	Language        string        `json:"language,omitzero"`
	Timezone        string        `json:"timezone,omitzero"`
	ConsentRequired bool          `json:"consent_required,omitzero"`
	Sender          *Sender       `json:"sender,omitzero"`
	ContactRules    *ContactRules `json:"contact_rules,omitzero"`
	Brand           *Brand        `json:"brand,omitzero"`
	Freshness       *Freshness    `json:"freshness,omitzero"`
	RedirectHosts   []string      `json:"redirect_hosts,omitzero"`
}

// Sender is who mails come from.
type Sender struct {
	Name       *string `json:"name,omitzero"`
	Address    *string `json:"address,omitzero"`
	ReplyTo    *string `json:"reply_to,omitzero"`
	Postal     *string `json:"postal,omitzero"`
	ListDomain *string `json:"list_domain,omitzero"`
}

// ContactRules bound how often a person is asked; null or P0D switches one off.
type ContactRules struct {
	SameSurvey *when.Duration `json:"same_survey,omitzero"`
	AnySurvey  *when.Duration `json:"any_survey,omitzero"`
	PerYear    *int           `json:"per_year,omitzero"`
	QuietHours *QuietHours    `json:"quiet_hours,omitzero"`
	Holdout    *float64       `json:"holdout,omitzero"`
}

// QuietHours is a span of the day, "21:00" to "08:00", in which nobody is asked.
type QuietHours struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Brand is how the pages look.
type Brand struct {
	Colour *string `json:"colour,omitzero"` // #rrggbb
	Logo   *string `json:"logo,omitzero"`   // a file id
}

// Freshness are the ages up to which a score is fresh, and from which it is stale.
type Freshness struct {
	Fresh *when.Duration `json:"fresh,omitzero"`
	Stale *when.Duration `json:"stale,omitzero"`
}

// FreshnessAges gives the ages, with the defaults of 30 and 90 days.
func (s Settings) FreshnessAges() (fresh, stale time.Duration) {
	fresh, stale = 30*24*time.Hour, 90*24*time.Hour
	if s.Freshness != nil && s.Freshness.Fresh != nil {
		fresh = s.Freshness.Fresh.Length()
	}
	if s.Freshness != nil && s.Freshness.Stale != nil {
		stale = s.Freshness.Stale.Length()
	}
	return fresh, stale
}

// defaults is what a workspace has that never put settings. It is written so that a PUT takes it.
const defaults = `{"language":"en","timezone":"UTC","consent_required":false,` +
	`"sender":{"name":null,"address":null,"reply_to":null,"postal":null,"list_domain":null},` +
	`"contact_rules":{"same_survey":"P90D","any_survey":"P30D","per_year":12,"quiet_hours":{"from":"21:00","to":"08:00"},"holdout":0},` +
	`"brand":{"colour":"#0b57d0","logo":null},"freshness":{"fresh":"P30D","stale":"P90D"},"redirect_hosts":[]}`

// Settings reads the settings. Where none were put it gives the defaults, as
// version 1.
func (s *Service) Settings(ctx context.Context, ws ident.Workspace) (Settings, SettingsRecord, error) {
	rec, err := s.Store.Settings(ctx, ws)
	if fault.Is(err, fault.NotFound) {
		rec, err = SettingsRecord{Version: 1, Document: []byte(defaults)}, nil
	}
	if err != nil {
		return Settings{}, rec, err
	}
	var out Settings
	if err := json.Unmarshal(rec.Document, &out); err != nil {
		return out, rec, err
	}
	return out, rec, nil
}

// PutSettings replaces the settings that have the version.
func (s *Service) PutSettings(ctx context.Context, a ident.Actor, body []byte, version int64) (SettingsRecord, error) {
	var v Settings
	if err := strict.Decode(body, &v); err != nil {
		return SettingsRecord{}, err
	}
	if err := v.check(); err != nil {
		return SettingsRecord{}, err
	}
	_, now, err := s.Settings(ctx, a.Workspace)
	if err != nil {
		return SettingsRecord{}, err
	}
	if now.Version != version {
		return SettingsRecord{}, fault.New(fault.Stale, "stale", "If-Match names another version; read the settings again and repeat the change.")
	}
	doc := jsontext.Value(append([]byte(nil), body...))
	if err := doc.Compact(); err != nil {
		return SettingsRecord{}, err
	}
	rec := SettingsRecord{Version: version + 1, Document: doc, UpdatedAt: when.Of(s.Now()), UpdatedBy: a.Name}
	// The defaults are version 1 without being stored.
	stored := version
	if _, err := s.Store.Settings(ctx, a.Workspace); fault.Is(err, fault.NotFound) {
		stored = 0
	}
	return rec, s.Store.PutSettings(ctx, a.Workspace, rec, stored)
}

var (
	colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	clock  = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

func (s Settings) check() error {
	var l fault.List
	text := func(pointer string, p *string, most int) {
		if p == nil {
			return
		}
		if len([]rune(*p)) > most {
			l.Add(pointer, "At most %d characters.", most)
		}
		if strings.ContainsFunc(*p, func(r rune) bool {
			return r < 0x20 && r != '\n' || r == 0x7f || r == '\n' && pointer != "#/sender/postal"
		}) {
			l.Add(pointer, "Leave control characters out.")
		}
	}
	text("#/name", s.Name, 200)
	if s.Language != "" {
		if _, err := language.Parse(s.Language); err != nil {
			l.Add("#/language", "Not a language tag; write it like en or pt-BR.")
		}
	}
	if s.Timezone != "" {
		if _, err := time.LoadLocation(s.Timezone); err != nil || s.Timezone == "Local" {
			l.Add("#/timezone", "Not a time zone; write it like America/Sao_Paulo.")
		}
	}
	if s.Sender != nil {
		text("#/sender/name", s.Sender.Name, 200)
		text("#/sender/postal", s.Sender.Postal, 500)
		address(&l, "#/sender/address", s.Sender.Address)
		address(&l, "#/sender/reply_to", s.Sender.ReplyTo)
		host(&l, "#/sender/list_domain", s.Sender.ListDomain)
	}
	if r := s.ContactRules; r != nil {
		if r.PerYear != nil && (*r.PerYear < 0 || *r.PerYear > 100) {
			l.Add("#/contact_rules/per_year", "A whole number from 0 to 100, or null.")
		}
		if r.Holdout != nil && (*r.Holdout < 0 || *r.Holdout > 1) {
			l.Add("#/contact_rules/holdout", "A share from 0 to 1.")
		}
		if q := r.QuietHours; q != nil {
			if !clock.MatchString(q.From) {
				l.Add("#/contact_rules/quiet_hours/from", "A time of day like 21:00.")
			}
			if !clock.MatchString(q.To) {
				l.Add("#/contact_rules/quiet_hours/to", "A time of day like 08:00.")
			}
		}
	}
	if s.Brand != nil && s.Brand.Colour != nil && !colour.MatchString(*s.Brand.Colour) {
		l.Add("#/brand/colour", "A colour like #0b57d0.")
	}
	if s.Brand != nil && s.Brand.Logo != nil && !ident.Valid("fil", *s.Brand.Logo) {
		l.Add("#/brand/logo", "The id of a stored file (fil_…), never an address.")
	}
	if fresh, stale := s.FreshnessAges(); fresh > stale {
		l.Add("#/freshness/stale", "Must not be less than fresh.")
	}
	if len(s.RedirectHosts) > 100 {
		l.Add("#/redirect_hosts", "At most 100 hosts.")
	}
	for _, h := range s.RedirectHosts {
		host(&l, "#/redirect_hosts", &h)
	}
	return l.Err(fault.Invalid)
}

// address takes one plain address; a name, a second address or a character
// beyond ASCII in the local part is refused.
func address(l *fault.List, pointer string, p *string) {
	if p == nil {
		return
	}
	a, err := mail.ParseAddress(*p)
	local, _, _ := strings.Cut(*p, "@")
	ascii := !strings.ContainsFunc(local, func(r rune) bool { return r <= 0x20 || r > 0x7e })
	if err != nil || a.Address != *p || !ascii || len(*p) > 254 {
		l.Add(pointer, "One e-mail address, without a name.")
	}
}

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func host(l *fault.List, pointer string, p *string) {
	if p != nil && (len(*p) > 253 || !hostName.MatchString(*p) && net.ParseIP(*p) == nil) {
		l.Add(pointer, "A host name like shop.example, in small letters.")
	}
}
