package workspace_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/workspace"
)

// whole is the example of the API's documentation.
const whole = `{"name": "Shop", "language": "pt-BR", "timezone": "America/Sao_Paulo", "consent_required": false,
 "sender": {"name": "Shop", "address": "hello@shop.example", "reply_to": null, "postal": "Rua 1\nSão Paulo", "list_domain": "shop.example"},
 "contact_rules": {"same_survey": "P90D", "any_survey": "P30D", "per_year": 12, "quiet_hours": {"from": "21:00", "to": "08:00"}, "holdout": 0.0},
 "brand": {"colour": "#0b5fff", "logo": null}, "freshness": {"fresh": "P30D", "stale": "P90D"}, "redirect_hosts": ["shop.example"]}`

func TestTheWholeDocumentIsRead(t *testing.T) {
	s, err := workspace.ParseSettings([]byte(whole), "ws")
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	if s.Name != "Shop" || s.Language != "pt-BR" || s.Timezone.String() != "America/Sao_Paulo" || s.Sender.Address != "hello@shop.example" ||
		s.Rules.SameSurvey != 90*day || s.Rules.PerYear != 12 || *s.Rules.QuietHours != (workspace.QuietHours{From: 21 * 60, To: 8 * 60}) ||
		s.Freshness.Stale != 90*day || s.RedirectHosts[0] != "shop.example" {
		t.Errorf("got %+v", s)
	}
}

func TestSilenceMeansTheDefaultAndNullSwitchesARuleOff(t *testing.T) {
	const day = 24 * time.Hour
	silent, err := workspace.ParseSettings([]byte(`{}`), "ws")
	if err != nil {
		t.Fatal(err)
	}
	if silent.Name != "ws" || silent.Rules.AnySurvey != 30*day || silent.Rules.PerYear != 12 || silent.Rules.QuietHours == nil || silent.Timezone != time.UTC {
		t.Errorf("silence gives %+v", silent)
	}
	for _, doc := range []string{
		`{"contact_rules": {"same_survey": null, "any_survey": null, "per_year": null, "quiet_hours": null, "holdout": null}}`,
		`{"contact_rules": {"same_survey": "P0D", "any_survey": "PT0S", "per_year": null, "quiet_hours": null}}`,
	} {
		off, err := workspace.ParseSettings([]byte(doc), "ws")
		if err != nil {
			t.Fatal(err)
		}
		if off.Rules != (workspace.ContactRules{}) {
			t.Errorf("%s leaves %+v", doc, off.Rules)
		}
	}
}

func TestWhatSettingsRefuse(t *testing.T) {
	sender := func(key, v string) string { return `{"sender": {"` + key + `": "` + v + `"}}` }
	for _, c := range []struct {
		name, doc, pointer string
		kind               fault.Kind
	}{
		{"attack 12: an unknown key", `{"colour": "#000000"}`, "#/colour", fault.Malformed},
		{"attack 12: a doubled key", `{"name": "a", "name": "b"}`, "#/name", fault.Malformed},
		{"attack 35: a read-only key", `{"version": 3}`, "#/version", fault.Malformed},
		{"an unknown key inside", `{"sender": {"mail": "a@b.example"}}`, "#/sender/mail", fault.Malformed},
		{"a number for a text", `{"name": 3}`, "#/name", fault.Malformed},
		{"a text for a flag", `{"consent_required": "yes"}`, "#/consent_required", fault.Malformed},
		{"null for a text", `{"language": null}`, "#/language", fault.Malformed},
		{"null inside a list", `{"redirect_hosts": [null]}`, "#/redirect_hosts/0", fault.Malformed},
		{"a list instead of an object", `[]`, "#", fault.Malformed},
		{"null instead of an object", ` null `, "#", fault.Malformed},
		{"attack 32: an operator", `{"name": {"$ne": null}}`, "#/name/$ne", fault.Malformed},
		{"an empty name", `{"name": ""}`, "#/name", fault.Invalid},
		{"attack 21: CR LF in the name", `{"name": "a\r\nBcc: b"}`, "#/name", fault.Invalid},
		{"attack 21: a C1 control in the sender's name", sender("name", "a\u0085b"), "#/sender/name", fault.Invalid},
		{"attack 21: a line separator in the sender's name", sender("name", "a\u2028b"), "#/sender/name", fault.Invalid},
		{"attack 21: CR LF in the address", sender("address", `a@b.example\r\nBcc: c@d.example`), "#/sender/address", fault.Invalid},
		{"attack 21: a name with a forged header around the address", sender("address", `Bob (x,\r\nBcc: …) <v@x.example>`), "#/sender/address", fault.Invalid},
		{"attack 22: two addresses", sender("address", "a@b.example, c@d.example"), "#/sender/address", fault.Invalid},
		{"attack 22: two addresses in reply_to", sender("reply_to", "a@b.example;c@d.example"), "#/sender/reply_to", fault.Invalid},
		{"a name around the address", sender("address", "Shop <a@b.example>"), "#/sender/address", fault.Invalid},
		{"a local part beyond ASCII", sender("address", "jürgen@shop.example"), "#/sender/address", fault.Invalid},
		{"a quoted local part", sender("address", `\"a b\"@shop.example`), "#/sender/address", fault.Invalid},
		{"a dot at the end of the local part", sender("address", "a.@shop.example"), "#/sender/address", fault.Invalid},
		{"no local part", sender("address", "@shop.example"), "#/sender/address", fault.Invalid},
		{"no domain", sender("address", "shop@"), "#/sender/address", fault.Invalid},
		{"an address literal", sender("address", "a@[127.0.0.1]"), "#/sender/address", fault.Invalid},
		{"an empty address", sender("address", ""), "#/sender/address", fault.Invalid},
		{"an address of 255 bytes", sender("address", "a@"+strings.Repeat("abcdefg.", 31)+"example"), "#/sender/address", fault.Invalid},
		{"a carriage return in the postal address", sender("postal", `a\rb`), "#/sender/postal", fault.Invalid},
		{"a list domain with a scheme", sender("list_domain", "https://shop.example"), "#/sender/list_domain", fault.Invalid},
		{"a language that is none", `{"language": "english please"}`, "#/language", fault.Invalid},
		{"a language with an underscore", `{"language": "pt_BR"}`, "#/language", fault.Invalid},
		{"the undetermined language", `{"language": "und"}`, "#/language", fault.Invalid},
		{"a zone that is none", `{"timezone": "Mars/Olympus"}`, "#/timezone", fault.Invalid},
		{"the zone of the machine", `{"timezone": "Local"}`, "#/timezone", fault.Invalid},
		{"no zone", `{"timezone": ""}`, "#/timezone", fault.Invalid},
		{"a path for a zone", `{"timezone": "../../etc/passwd"}`, "#/timezone", fault.Invalid},
		{"a duration that is none", `{"contact_rules": {"same_survey": "90 days"}}`, "#/contact_rules/same_survey", fault.Invalid},
		{"a clock longer than asks are kept", `{"contact_rules": {"any_survey": "P367D"}}`, "#/contact_rules/any_survey", fault.Invalid},
		{"no asks a year", `{"contact_rules": {"per_year": 0}}`, "#/contact_rules/per_year", fault.Invalid},
		{"more asks a year than are kept", `{"contact_rules": {"per_year": 101}}`, "#/contact_rules/per_year", fault.Invalid},
		{"half an ask a year", `{"contact_rules": {"per_year": 1.5}}`, "#/contact_rules/per_year", fault.Invalid},
		{"a share above 1", `{"contact_rules": {"holdout": 1.01}}`, "#/contact_rules/holdout", fault.Invalid},
		{"a negative share", `{"contact_rules": {"holdout": -0.1}}`, "#/contact_rules/holdout", fault.Invalid},
		{"an hour that is none", `{"contact_rules": {"quiet_hours": {"from": "24:00", "to": "08:00"}}}`, "#/contact_rules/quiet_hours/from", fault.Invalid},
		{"an hour without its zero", `{"contact_rules": {"quiet_hours": {"from": "21:00", "to": "8:00"}}}`, "#/contact_rules/quiet_hours/to", fault.Invalid},
		{"a missing end", `{"contact_rules": {"quiet_hours": {"from": "21:00"}}}`, "#/contact_rules/quiet_hours/to", fault.Invalid},
		{"quiet hours of no or all hours", `{"contact_rules": {"quiet_hours": {"from": "21:00", "to": "21:00"}}}`, "#/contact_rules/quiet_hours", fault.Invalid},
		{"a colour by name", `{"brand": {"colour": "red"}}`, "#/brand/colour", fault.Invalid},
		{"a colour with more behind it", `{"brand": {"colour": "#0b5fff;x"}}`, "#/brand/colour", fault.Invalid},
		{"attack 26: a script for a logo", `{"brand": {"logo": "javascript:alert(1)"}}`, "#/brand/logo", fault.Invalid},
		{"stale before fresh", `{"freshness": {"fresh": "P91D"}}`, "#/freshness", fault.Invalid},
		{"attack 46: a host with a scheme", `{"redirect_hosts": ["https:evil"]}`, "#/redirect_hosts/0", fault.Invalid},
		{"attack 46: slashes", `{"redirect_hosts": ["ok.example", "//evil"]}`, "#/redirect_hosts/1", fault.Invalid},
		{"attack 46: a user before the host", `{"redirect_hosts": ["a@evil.example"]}`, "#/redirect_hosts/0", fault.Invalid},
		{"a wildcard host", `{"redirect_hosts": ["*.example"]}`, "#/redirect_hosts/0", fault.Invalid},
		{"a doubled host", `{"redirect_hosts": ["a.example", "A.example"]}`, "#/redirect_hosts/1", fault.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := workspace.ParseSettings([]byte(c.doc), "ws")
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != c.kind {
				t.Fatalf("got %v", err)
			}
			if len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
				t.Errorf("the places are %+v, want %s", f.Fields, c.pointer)
			}
		})
	}
}

func TestAllFaultyPlacesAreNamedAtOnce(t *testing.T) {
	_, err := workspace.ParseSettings([]byte(`{"name": "", "language": "", "timezone": "x", "brand": {"colour": ""}}`), "ws")
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 4 {
		t.Errorf("got %v", err)
	}
}

func TestWhatSettingsTake(t *testing.T) {
	for _, doc := range []string{
		`{"timezone": "Etc/GMT+5"}`, `{"timezone": "UTC"}`, `{"timezone": "America/Argentina/Buenos_Aires"}`,
		`{"language": "zh-Hant-TW"}`, `{"sender": null}`, `{"sender": {"address": "o'neil+tag@xn--mnchen-3ya.example"}}`,
		`{"redirect_hosts": ["localhost:8080", "127.0.0.1:9", "Shop.Example"]}`, `{"contact_rules": {"holdout": 1, "same_survey": "P366D"}}`,
		`{"freshness": {"fresh": "P1D", "stale": "P1D"}}`, `{"name": "\u202eזר"}`,
	} {
		if _, err := workspace.ParseSettings([]byte(doc), "ws"); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

// drawer has one picture and one document, in one workspace.
type drawer struct{ asked int }

func (d *drawer) Pictures(_ context.Context, ws ident.Workspace, ids []string) (none []string, err error) {
	d.asked++
	for _, id := range ids {
		switch {
		case ws == workspace.IDOf("shop") && id == picture:
		case ws == workspace.IDOf("shop") && id == document:
			none = append(none, id)
		default:
			return nil, fault.NotFoundError()
		}
	}
	return none, nil
}

var picture, document = ident.Derive("fil", "picture"), ident.Derive("fil", "document")

func TestALogoMustBeAPictureUnlessItWasTheLogoBefore(t *testing.T) {
	s, ctx := newService(t), context.Background()
	for _, name := range []string{"shop", "other"} {
		if _, err := s.Ensure(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	shop, other := ident.Actor{Workspace: workspace.IDOf("shop")}, ident.Actor{Workspace: workspace.IDOf("other")}
	logo := func(id string) []byte { return []byte(`{"brand":{"logo":"` + id + `"}}`) }
	put := func(a ident.Actor, id string, based int64) error {
		_, err := s.PutSettings(ctx, a, logo(id), based)
		return err
	}
	if err := put(shop, picture, 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("without files: %v", err)
	}
	d := &drawer{}
	s.Files = d
	for _, unknown := range []string{ident.Derive("fil", "unknown"), "srv_" + picture[4:]} {
		if err := put(shop, unknown, 1); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", unknown, err)
		}
	}
	if err := put(other, picture, 1); !fault.Is(err, fault.NotFound) { // attack 34
		t.Errorf("a foreign one: %v", err)
	}
	err := put(shop, document, 1)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != "#/brand/logo" {
		t.Errorf("a document: %v", err)
	}
	if err := put(shop, picture, 1); err != nil {
		t.Fatal(err)
	}
	asked := d.asked
	s.Files = nil // it is gone meanwhile
	if err := put(shop, picture, 2); err != nil || d.asked != asked {
		t.Errorf("unchanged: %v", err)
	}
	if _, err := s.PutSettings(ctx, shop, []byte(`{"brand":{"logo":null}}`), 3); err != nil {
		t.Error(err)
	}
	if err := put(shop, picture, 4); !fault.Is(err, fault.NotFound) {
		t.Errorf("it comes back: %v", err)
	}
}

func TestSettingsInForceFollowEveryChange(t *testing.T) {
	s, ctx := newService(t), context.Background()
	shop := ident.Actor{Workspace: workspace.IDOf("shop")}
	if _, err := s.InForce(ctx, shop.Workspace); !fault.Is(err, fault.NotFound) {
		t.Errorf("a workspace that there is not: %v", err)
	}
	if _, err := s.Ensure(ctx, "shop"); err != nil {
		t.Fatal(err)
	}
	for i, doc := range []string{"", `{"brand":{"colour":"#112233"}}`, `{"brand":{"colour":"#445566"}}`, `{"name":"Other"}`} {
		if doc != "" {
			if _, err := s.PutSettings(ctx, shop, []byte(doc), int64(i)); err != nil {
				t.Fatal(err)
			}
		}
		want, _, err := s.Settings(ctx, shop.Workspace)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // read, and read again
			if got, err := s.InForce(ctx, shop.Workspace); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v %v, want %+v", doc, got, err, want)
			}
		}
	}
}
