package link

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/when"
)

// Link leads people to a survey.
type Link struct {
	ID           string // lnk_…, unique in its survey
	Survey       string // srv_…
	Label        string // for its author alone
	SingleUse    bool   // one answer, which stays open for a while
	MaxResponses *int   // nil: as many as come
	ExpiresAt    *when.Time
	Properties   map[string]string // of each answer that comes by it; nil where there are none
	Language     string            // a tag of the survey; empty: the visitor's
	OneClick     bool              // a preselected value counts at the first sign of life
	Kiosk        bool              // for a device that many people use, one after the other
	// Preview leads to the newest definition, draft or published; what is handed
	// in by it is never stored.
	Preview   bool
	Hash      string // ident.Hash(PurposeSurvey, token)
	Secret    []byte // 32 random bytes, which sign what the page sends along; never told
	RevokedAt *when.Time
	CreatedAt when.Time
	CreatedBy string // the key's name
	Seq       int64  // place in lists
}

// Request is what the author of a link says.
type Request struct {
	Label        string            `json:"label,omitzero"`
	SingleUse    bool              `json:"single_use,omitzero"`
	MaxResponses *int              `json:"max_responses,omitzero"`
	ExpiresAt    *when.Time        `json:"expires_at,omitzero"`
	Properties   map[string]string `json:"properties,omitzero"`
	Language     *string           `json:"language,omitzero"`
	OneClick     bool              `json:"one_click,omitzero"`
	Kiosk        bool              `json:"kiosk,omitzero"`
}

// Limits of a link.
const (
	maxLabel     = 200 // characters
	maxResponses = 1_000_000
	previewLife  = 24 * time.Hour
	secretBytes  = 32
)

// check gives the link that a request asks for, without what makes it one of
// its own. languages are the survey's.
func (q Request) check(survey string, languages []string, now when.Time) (Link, error) {
	l := Link{Survey: survey, Label: q.Label, SingleUse: q.SingleUse, MaxResponses: q.MaxResponses, ExpiresAt: q.ExpiresAt, OneClick: q.OneClick, Kiosk: q.Kiosk}
	var wrong fault.List
	switch {
	case utf8.RuneCountInString(q.Label) > maxLabel:
		wrong.Add("#/label", "At most %d characters.", maxLabel)
	case strings.ContainsFunc(q.Label, unprintable):
		wrong.Add("#/label", "One line without control characters is needed here.")
	}
	if q.MaxResponses != nil && (*q.MaxResponses < 1 || *q.MaxResponses > maxResponses) {
		wrong.Add("#/max_responses", "Must be from 1 to %d; leave it out to take as many as come.", maxResponses)
	}
	if q.SingleUse && q.Kiosk {
		wrong.Add("#/kiosk", "Many people answer on one device, and a single-use link takes one answer: leave one of the two out.")
	}
	if q.ExpiresAt != nil && !now.Before(*q.ExpiresAt) {
		wrong.Add("#/expires_at", "This time has passed already.")
	}
	surveys.CheckProperties(&wrong, q.Properties)
	if len(q.Properties) > 0 {
		l.Properties = q.Properties
	}
	if q.Language != nil {
		at := slices.IndexFunc(languages, func(tag string) bool { return strings.EqualFold(tag, *q.Language) }) // tags ignore case, RFC 5646 §2.1.1
		if at < 0 {
			wrong.Add("#/language", "The survey is not in this language; it is in: %s.", strings.Join(languages, ", "))
		} else {
			l.Language = languages[at]
		}
	}
	return l, wrong.Err(fault.Invalid)
}

// unprintable reports what breaks a line or is no character. What only changes
// how others are shown is kept, and made harmless where it is shown.
func unprintable(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
