package workspace

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // which zones exist must not depend on the machine
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"golang.org/x/text/language"

	"waymark/surveys/fault"
	"waymark/surveys/strict"
	"waymark/surveys/when"
)

// document is the settings document as JSON; every key is optional.
type document struct {
	Name            value[string]            `json:"name"`
	Language        value[string]            `json:"language"`
	Timezone        value[string]            `json:"timezone"`
	ConsentRequired value[bool]              `json:"consent_required"`
	Sender          nullable[senderDocument] `json:"sender"`
	ContactRules    value[rulesDocument]     `json:"contact_rules"`
	Brand           value[brandDocument]     `json:"brand"`
	Freshness       value[freshnessDocument] `json:"freshness"`
	RedirectHosts   value[[]value[string]]   `json:"redirect_hosts"`
}

type senderDocument struct {
	Name       nullable[string] `json:"name"`
	Address    nullable[string] `json:"address"`
	ReplyTo    nullable[string] `json:"reply_to"`
	Postal     nullable[string] `json:"postal"`
	ListDomain nullable[string] `json:"list_domain"`
}

type rulesDocument struct {
	SameSurvey nullable[when.Duration] `json:"same_survey"`
	AnySurvey  nullable[when.Duration] `json:"any_survey"`
	PerYear    nullable[int]           `json:"per_year"`
	QuietHours nullable[quietDocument] `json:"quiet_hours"`
	Holdout    nullable[float64]       `json:"holdout"`
}

type quietDocument struct {
	From value[string] `json:"from"`
	To   value[string] `json:"to"`
}

type brandDocument struct {
	Colour value[string]    `json:"colour"`
	Logo   nullable[string] `json:"logo"`
}

type freshnessDocument struct {
	Fresh value[when.Duration] `json:"fresh"`
	Stale value[when.Duration] `json:"stale"`
}

// Bounds of a settings document.
const (
	maxPostal     = 1000 // characters
	maxHosts      = 100
	maxLanguage   = 35                   // bytes of a BCP 47 tag
	maxAsksStored = 100                  // only so many asks are kept of a person,
	maxRuleClock  = 366 * 24 * time.Hour // and only so long
)

// defaultDocument writes DefaultSettings as a document that PUT takes.
func defaultDocument(workspaceName string) ([]byte, error) {
	type object = map[string]any
	d := DefaultSettings(workspaceName)
	return json.Marshal(object{
		"name": d.Name, "language": d.Language, "timezone": d.Timezone.String(), "consent_required": d.ConsentRequired,
		"sender": nil,
		"contact_rules": object{"same_survey": when.DurationOf(d.Rules.SameSurvey), "any_survey": when.DurationOf(d.Rules.AnySurvey),
			"per_year": d.Rules.PerYear, "quiet_hours": object{"from": writeClock(d.Rules.QuietHours.From), "to": writeClock(d.Rules.QuietHours.To)}, "holdout": d.Rules.Holdout},
		"brand":          object{"colour": d.Brand.Colour, "logo": nil},
		"freshness":      object{"fresh": when.DurationOf(d.Freshness.Fresh), "stale": when.DurationOf(d.Freshness.Stale)},
		"redirect_hosts": []string{},
	}, json.Deterministic(true))
}

// ParseSettings reads a document and checks all of it. Malformed is not the
// agreed JSON; Invalid names every value that the rules refuse.
func ParseSettings(doc []byte, workspaceName string) (Settings, error) {
	var d document
	if err := strict.Decode(doc, &d); err != nil {
		return Settings{}, err
	}
	if strings.TrimSpace(string(doc)) == "null" {
		return Settings{}, fault.At(fault.Malformed, "#", "An object is needed here.")
	}
	var bad fault.List
	s := DefaultSettings(workspaceName)
	s.Name = d.Name.or(s.Name)
	if d.Name.set {
		checkLine(&bad, "#/name", s.Name)
	}
	s.Language = d.Language.or(s.Language)
	checkLanguage(&bad, s.Language)
	if d.Timezone.set {
		s.Timezone = readZone(&bad, d.Timezone.v)
	}
	s.ConsentRequired = d.ConsentRequired.or(false)
	s.Sender = readSender(&bad, d.Sender.v)
	s.Rules = readRules(&bad, d.ContactRules.v, s.Rules)
	s.Brand = readBrand(&bad, d.Brand.v, s.Brand)
	s.Freshness = readFreshness(&bad, d.Freshness.v, s.Freshness)
	s.RedirectHosts = readHosts(&bad, d.RedirectHosts.v)
	return s, bad.Err(fault.Invalid)
}

func checkLine(bad *fault.List, pointer, s string) {
	if detail := nameFault(s, maxName); detail != "" {
		bad.Add(pointer, "This text cannot be used: %s", detail)
	}
}

func checkLanguage(bad *fault.List, s string) {
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und || strings.Contains(s, "_") || len(s) > maxLanguage {
		bad.Add("#/language", "A BCP 47 language is needed here, like en or pt-BR.")
	}
}

// A zone of the IANA data base. "Local", "localtime" and absolute paths name
// whatever the machine has, which is not the same everywhere.
var zoneForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*)*$`)

func readZone(bad *fault.List, s string) *time.Location {
	if zoneForm.MatchString(s) && s != "Local" {
		if loc, err := time.LoadLocation(s); err == nil {
			return loc
		}
	}
	bad.Add("#/timezone", "A time zone of the IANA data base is needed here, like America/Sao_Paulo or UTC.")
	return time.UTC
}

func readSender(bad *fault.List, d senderDocument) Sender {
	s := Sender{Name: d.Name.v, Address: d.Address.v, ReplyTo: d.ReplyTo.v, Postal: d.Postal.v, ListDomain: d.ListDomain.v}
	if d.Name.given() {
		checkLine(bad, "#/sender/name", s.Name)
	}
	for _, a := range []struct {
		key   string
		given bool
		v     string
	}{{"address", d.Address.given(), s.Address}, {"reply_to", d.ReplyTo.given(), s.ReplyTo}} {
		if a.given {
			if detail := addressFault(a.v); detail != "" {
				bad.Add("#/sender/"+a.key, "%s", detail)
			}
		}
	}
	if d.Postal.given() {
		switch {
		case utf8.RuneCountInString(s.Postal) > maxPostal:
			bad.Add("#/sender/postal", "The postal address is longer than %d characters.", maxPostal)
		case strings.ContainsFunc(strings.ReplaceAll(s.Postal, "\n", ""), breaksLine):
			bad.Add("#/sender/postal", "The postal address contains a control character; only \\n may part its lines.")
		}
	}
	if d.ListDomain.given() && !validDomain(s.ListDomain) {
		bad.Add("#/sender/list_domain", "A domain is needed here, like shop.example; write others than ASCII as xn--….")
	}
	return s
}

func readRules(bad *fault.List, d rulesDocument, r ContactRules) ContactRules {
	clock := func(key string, o nullable[when.Duration], otherwise time.Duration) time.Duration {
		if !o.set {
			return otherwise
		}
		if o.v.Length() > maxRuleClock {
			bad.Add("#/contact_rules/"+key, "The longest clock is P366D: older asks are not kept. P0D or null switches the rule off.")
		}
		return o.v.Length()
	}
	r.SameSurvey = clock("same_survey", d.SameSurvey, r.SameSurvey)
	r.AnySurvey = clock("any_survey", d.AnySurvey, r.AnySurvey)
	if r.PerYear = d.PerYear.or(r.PerYear); d.PerYear.given() && (r.PerYear < 1 || r.PerYear > maxAsksStored) {
		bad.Add("#/contact_rules/per_year", "A whole number from 1 to %d is needed here; null switches the rule off.", maxAsksStored)
	}
	if r.Holdout = d.Holdout.or(r.Holdout); !(r.Holdout >= 0 && r.Holdout <= 1) {
		bad.Add("#/contact_rules/holdout", "A share from 0 to 1 is needed here.")
	}
	switch {
	case d.QuietHours.null:
		r.QuietHours = nil
	case d.QuietHours.set:
		q := d.QuietHours.v
		from, okFrom := readClock(q.From.v)
		to, okTo := readClock(q.To.v)
		if !okFrom {
			bad.Add("#/contact_rules/quiet_hours/from", "A time of day is needed here, from 00:00 to 23:59.")
		}
		if !okTo {
			bad.Add("#/contact_rules/quiet_hours/to", "A time of day is needed here, from 00:00 to 23:59.")
		}
		if okFrom && okTo && from == to {
			bad.Add("#/contact_rules/quiet_hours", "from and to must differ; null switches the rule off.")
		}
		r.QuietHours = &QuietHours{From: from, To: to}
	}
	return r
}

// readClock reads HH:MM as minutes after midnight.
func readClock(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

func writeClock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

var colourForm = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

func readBrand(bad *fault.List, d brandDocument, b Brand) Brand {
	if b.Colour = d.Colour.or(b.Colour); !colourForm.MatchString(b.Colour) {
		bad.Add("#/brand/colour", "A colour is needed here, like #0b5fff.")
	}
	if d.Logo.given() {
		if b.Logo = d.Logo.v; !strings.HasPrefix(b.Logo, "fil_") {
			bad.Add("#/brand/logo", "The id of an uploaded file is needed here, or null.")
		}
	}
	return b
}

func readFreshness(bad *fault.List, d freshnessDocument, f Freshness) Freshness {
	if d.Fresh.set {
		f.Fresh = d.Fresh.v.Length()
	}
	if d.Stale.set {
		f.Stale = d.Stale.v.Length()
	}
	if f.Fresh > f.Stale {
		bad.Add("#/freshness", "fresh (%s) must not be longer than stale (%s).", when.DurationOf(f.Fresh), when.DurationOf(f.Stale))
	}
	return f
}

func readHosts(bad *fault.List, list []value[string]) []string {
	if len(list) > maxHosts {
		bad.Add("#/redirect_hosts", "At most %d hosts are taken.", maxHosts)
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for i, o := range list {
		host := strings.ToLower(o.v)
		at := fmt.Sprintf("#/redirect_hosts/%d", i)
		switch {
		case !validHost(host):
			bad.Add(at, "A host is needed here without scheme and path, like shop.example or shop.example:8443.")
		case seen[host]:
			bad.Add(at, "This host stands in the list twice.")
		}
		seen[host] = true
		out = append(out, host)
	}
	return out
}
