package workspace

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// FirstVersion is the version of the settings of a workspace that never put
// any: they are readable with this ETag, and the first PUT is based on it.
const FirstVersion = 1

// SettingsRecord is a workspace's settings as they are stored.
type SettingsRecord struct {
	Version   int64  // raised by every PUT; the compare-and-set runs on it
	Document  []byte // JSON, as it was sent
	CreatedAt when.Time
	UpdatedAt when.Time
	UpdatedBy string // the key's name; empty for the defaults
}

// Settings is what a settings document says, with the defaults where it is
// silent.
type Settings struct {
	Name            string         // of the shop; default: the workspace's
	Language        string         // BCP 47; default "en"
	Timezone        *time.Location // default UTC
	ConsentRequired bool           // ask only those who consented; default false
	Sender          Sender
	Rules           ContactRules
	Brand           Brand
	Freshness       Freshness
	RedirectHosts   []string // lower-case hosts, with a port where one was given; default none
}

// Sender is who mails come from. Without an Address no mail can be sent.
type Sender struct {
	Name       string
	Address    string
	ReplyTo    string
	Postal     string // may have several lines
	ListDomain string // of List-Id; empty: that of Address
}

// ContactRules bound how often a person is asked. The zero value of each
// switches the rule off.
type ContactRules struct {
	SameSurvey time.Duration // between two asks for one survey, at most 366 days; default 90 days
	AnySurvey  time.Duration // between two asks at all, at most 366 days; default 30 days
	PerYear    int           // asks in 366 days, at most 100; default 12
	QuietHours *QuietHours   // nil: none; default 21:00 to 08:00
	Holdout    float64       // share of people never asked, 0–1; default 0
}

// QuietHours is a span of local time in which nobody is asked; it passes
// midnight where From is later than To.
type QuietHours struct {
	From, To int // minutes after midnight, 0–1439, never equal
}

// Brand is how pages and mails look.
type Brand struct {
	Colour string // #rrggbb; default #0b5fff
	Logo   string // a file id, or empty
}

// Freshness says up to which age of the newest answer a score counts as fresh,
// and up to which as ageing.
type Freshness struct {
	Fresh time.Duration // default 30 days
	Stale time.Duration // never less than Fresh; default 90 days
}

// FreshnessAges gives the two ages of Freshness.
func (s Settings) FreshnessAges() (fresh, stale time.Duration) {
	return s.Freshness.Fresh, s.Freshness.Stale
}

// DefaultSettings is what holds in a workspace that never put settings.
func DefaultSettings(workspaceName string) Settings {
	const day = 24 * time.Hour
	return Settings{
		Name: workspaceName, Language: "en", Timezone: time.UTC,
		Rules: ContactRules{SameSurvey: 90 * day, AnySurvey: 30 * day, PerYear: 12,
			QuietHours: &QuietHours{From: 21 * 60, To: 8 * 60}},
		Brand:     Brand{Colour: "#0b5fff"},
		Freshness: Freshness{Fresh: 30 * day, Stale: 90 * day},
	}
}

// InForce is Settings without the record, for who asks on every request: a
// document is read anew only where it changed.
func (s *Service) InForce(ctx context.Context, ws ident.Workspace) (Settings, error) {
	name, err := s.nameOf(ctx, ws)
	if err != nil {
		return Settings{}, err
	}
	r, err := s.Store.Settings(ctx, ws)
	if fault.Is(err, fault.NotFound) {
		return DefaultSettings(name), nil
	}
	if err != nil {
		return Settings{}, err
	}
	if kept, found := s.read.Load(ws); found && bytes.Equal(kept.(*readSettings).document, r.Document) {
		return kept.(*readSettings).settings, nil
	}
	set, err := parseStored(r.Document, name)
	if err == nil {
		s.read.Store(ws, &readSettings{r.Document, set})
	}
	return set, err
}

// readSettings is a document that was read. What it says is shared, and nobody
// changes it.
type readSettings struct {
	document []byte
	settings Settings
}

// nameOf gives a workspace's name, which never changes.
func (s *Service) nameOf(ctx context.Context, ws ident.Workspace) (string, error) {
	if name, known := s.names.Load(ws); known {
		return name.(string), nil
	}
	w, err := s.Store.Workspace(ctx, ws)
	if err == nil {
		s.names.Store(ws, w.Name)
	}
	return w.Name, err
}

func parseStored(document []byte, name string) (Settings, error) {
	set, err := ParseSettings(document, name)
	if err != nil {
		// What is stored passed the rules once: failing now is our fault, and not the caller's.
		return Settings{}, fault.Wrap(err, fault.Internal, "bad-settings", "The stored settings cannot be read.")
	}
	return set, nil
}

// Settings gives the settings in force, with the defaults for what was not
// put, and the stored record. In a workspace that never put any the record is
// the document of the defaults at FirstVersion.
func (s *Service) Settings(ctx context.Context, ws ident.Workspace) (Settings, SettingsRecord, error) {
	w, err := s.Store.Workspace(ctx, ws)
	if err != nil {
		return Settings{}, SettingsRecord{}, err
	}
	r, err := s.Store.Settings(ctx, ws)
	if fault.Is(err, fault.NotFound) {
		doc, err := defaultDocument(w.Name)
		if err != nil {
			return Settings{}, SettingsRecord{}, fmt.Errorf("writing the default settings: %w", err)
		}
		return DefaultSettings(w.Name), SettingsRecord{Version: FirstVersion, Document: doc, CreatedAt: w.CreatedAt, UpdatedAt: w.CreatedAt}, nil
	}
	if err != nil {
		return Settings{}, SettingsRecord{}, err
	}
	set, err := parseStored(r.Document, w.Name)
	if err != nil {
		return Settings{}, SettingsRecord{}, err
	}
	return set, r, nil
}

// PutSettings replaces the whole document where its version still is based.
// Invalid and Malformed name every faulty place; Stale means somebody else was
// quicker. What it stores is in force for whatever begins after it returned.
func (s *Service) PutSettings(ctx context.Context, actor ident.Actor, doc []byte, based int64) (SettingsRecord, error) {
	w, err := s.Store.Workspace(ctx, actor.Workspace)
	if err != nil {
		return SettingsRecord{}, err
	}
	set, err := ParseSettings(doc, w.Name)
	if err != nil {
		return SettingsRecord{}, err
	}
	if err := s.checkLogo(ctx, w, set.Brand.Logo); err != nil {
		return SettingsRecord{}, err
	}
	compact := jsontext.Value(bytes.Clone(doc))
	if err := compact.Compact(); err != nil {
		return SettingsRecord{}, fmt.Errorf("compacting settings: %w", err)
	}
	r := SettingsRecord{Version: based + 1, Document: compact, CreatedAt: w.CreatedAt,
		UpdatedAt: when.Of(s.Now()), UpdatedBy: actor.Name}
	if err := s.Store.PutSettings(ctx, w.ID, r); err != nil {
		return SettingsRecord{}, err
	}
	return r, nil
}

// checkLogo asks that a logo is a picture for pages. One that the stored
// settings have passes: what became of it since must not keep the rest from
// being changed.
func (s *Service) checkLogo(ctx context.Context, w Workspace, id string) error {
	if id == "" {
		return nil
	}
	r, err := s.Store.Settings(ctx, w.ID)
	switch {
	case err == nil:
		if before, err := ParseSettings(r.Document, w.Name); err == nil && before.Brand.Logo == id {
			return nil
		}
	case !fault.Is(err, fault.NotFound):
		return err
	}
	missing := fault.New(fault.NotFound, "not-found", "There is no such file for the logo; upload it first, with POST /v1/files.")
	if s.Files == nil || !ident.Valid("fil", id) {
		return missing
	}
	none, err := s.Files.Pictures(ctx, w.ID, []string{id})
	switch {
	case fault.Is(err, fault.NotFound):
		return missing
	case err != nil:
		return fmt.Errorf("looking for the logo: %w", err)
	}
	if len(none) > 0 {
		return fault.At(fault.Invalid, "#/brand/logo", "This file is no picture for pages: upload a PNG, JPEG or WebP with a key.")
	}
	return nil
}
