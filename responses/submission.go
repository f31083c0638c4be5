package responses

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/strict"
	"waymark/surveys/when"
)

// Limits of a response, api.md §1 and §4.
const (
	maxRespondent = 200
	maxSenderID   = 128
	maxLanguage   = 35
)

// Submission is a response as it is sent, api.md §4.
type Submission struct {
	Survey     string            `json:"survey"`
	ID         *string           `json:"id,omitzero"`
	Answers    jsontext.Value    `json:"answers"`
	Respondent string            `json:"respondent,omitzero"`
	Properties map[string]string `json:"properties,omitzero"`
	OccurredAt *when.Time        `json:"occurred_at,omitzero"`
	Language   string            `json:"language,omitzero"`

	digest string
}

// ParseSubmission reads a submission and recognises its JSON values,
// whatever their order and spacing.
func ParseSubmission(body []byte) (*Submission, error) {
	var s Submission
	if err := strict.Decode(body, &s); err != nil {
		return nil, err
	}
	canonical := jsontext.Value(append([]byte(nil), body...))
	if err := canonical.Canonicalize(); err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "not-json", "The body is not JSON.")
	}
	s.digest = ident.Fingerprint(canonical)
	return &s, nil
}

// check reports what is wrong with everything but the answers.
func (s *Submission) check(l *fault.List) {
	if s.ID != nil {
		if n := utf8.RuneCountInString(*s.ID); n < 1 || n > maxSenderID || strings.ContainsFunc(*s.ID, func(r rune) bool { return !unicode.IsPrint(r) }) {
			l.Add("#/id", "1 to %d printable characters.", maxSenderID)
		}
	}
	if utf8.RuneCountInString(s.Respondent) > maxRespondent {
		l.Add("#/respondent", "At most %d characters.", maxRespondent)
	}
	if utf8.RuneCountInString(s.Language) > maxLanguage {
		l.Add("#/language", "A language tag like en or pt-BR.")
	}
	surveys.CheckProperties(l, s.Properties)
}

// Receipt is what the sender gets for a response.
type Receipt struct {
	ID         string    `json:"id"`
	Survey     string    `json:"survey"`
	Version    int64     `json:"version"`
	Status     Status    `json:"status"`
	ReceivedAt when.Time `json:"received_at"`
}

// Receipt gives the receipt of r.
func (r Response) Receipt() Receipt {
	return Receipt{r.ID, r.Survey, r.Version, r.Status, r.ReceivedAt}
}

// Shown is a response as readers of the API see it.
type Shown struct {
	Receipt
	SenderID   *string           `json:"sender_id"`
	Answers    json.RawMessage   `json:"answers"`
	Calculated json.RawMessage   `json:"calculated"`
	Properties map[string]string `json:"properties"`
	Respondent *string           `json:"respondent"`
	Language   *string           `json:"language"`
	OccurredAt when.Time         `json:"occurred_at"`
	Via        ShownVia          `json:"via"`
}

// ShownVia is a Via as readers of the API see it: with all its keys.
type ShownVia struct {
	Channel string  `json:"channel"`
	Link    *string `json:"link"`
	Origin  *string `json:"origin"`
	URL     *string `json:"url"`
}

// Show gives r as readers of the API see it.
func (r Response) Show() Shown {
	s := Shown{Receipt: r.Receipt(), Answers: r.Answers, Calculated: r.Calculated, Properties: r.Properties, SenderID: text(r.SenderID),
		Respondent: text(r.Respondent), Language: text(r.Language), OccurredAt: r.OccurredAt,
		Via: ShownVia{r.Via.Channel, text(r.Via.Link), text(r.Via.Origin), text(r.Via.URL)}}
	if s.Properties == nil {
		s.Properties = map[string]string{}
	}
	if s.Calculated == nil {
		s.Calculated = json.RawMessage("{}")
	}
	return s
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
