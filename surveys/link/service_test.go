package link_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/surveys"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/link/sqlite"
	"waymark/surveys/strict"
	"waymark/surveys/when"
)

var (
	survey = ident.Derive("srv", "test")
	author = ident.Actor{Workspace: "w", Name: "k"}
)

// one knows one survey of one workspace.
type one struct{ languages []string }

func (o one) Head(_ context.Context, ws ident.Workspace, id string) (surveys.Head, error) {
	if ws != "w" || id != survey {
		return surveys.Head{}, fault.NotFoundError()
	}
	return surveys.Head{}, nil
}

func (o one) Languages(ctx context.Context, ws ident.Workspace, id string) ([]string, error) {
	_, err := o.Head(ctx, ws, id)
	return o.languages, err
}

// bench is a service on a store of its own, whose clock the test moves.
type bench struct {
	*link.Service
	*testing.T
	now time.Time
	ctx context.Context
}

func start(t *testing.T) *bench {
	b := &bench{T: t, ctx: context.Background(), now: time.UnixMilli(1_800_000_000_123)}
	b.Service = &link.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Surveys: one{[]string{"en", "pt-BR"}}, Seq: &ident.Sequence{}, Now: func() time.Time { return b.now }}
	return b
}

// ask makes a link of a JSON body, as the API does.
func (b *bench) ask(token, body string) (link.Link, error) {
	b.Helper()
	var q link.Request
	if err := strict.Decode([]byte(body), &q); err != nil {
		return link.Link{}, err
	}
	return b.Make(b.ctx, author, survey, ident.Derive("lnk", token), token, q)
}

func (b *bench) made(token, body string) link.Link {
	b.Helper()
	l, err := b.ask(token, body)
	if err != nil {
		b.Fatal(err)
	}
	return l
}

func (b *bench) unknown(token string) {
	b.Helper()
	ws, l, err := b.ByToken(b.ctx, token)
	if err == nil || err.Error() != fault.NotFoundError().Error() || ws != "" || !reflect.DeepEqual(l, link.Link{}) {
		b.Fatalf("%s %+v %v", ws, l, err)
	}
}

func TestALinkIsFoundByItsTokenUntilItEnds(t *testing.T) {
	b := start(t)
	end := when.Of(b.now).Add(time.Hour)
	l := b.made("t1", fmt.Sprintf(`{"label": "Counter", "max_responses": 3, "expires_at": %q, "properties": {"state": "SP"}, "language": "PT-br", "kiosk": true}`, end))
	ws, got, err := b.ByToken(b.ctx, "t1")
	if err != nil || ws != "w" || !reflect.DeepEqual(got, l) {
		t.Fatalf("%s %+v, want %+v: %v", ws, got, l, err)
	}
	if l.Language != "pt-BR" || len(l.Secret) != 32 || *l.MaxResponses != 3 || l.Properties["state"] != "SP" || l.CreatedBy != "k" {
		t.Fatalf("%+v", l)
	}
	if other := b.made("t2", `{}`); reflect.DeepEqual(other.Secret, l.Secret) {
		t.Fatal("two links sign alike")
	}
	b.now = b.now.Add(time.Hour - time.Millisecond)
	if _, _, err := b.ByToken(b.ctx, "t1"); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(time.Millisecond)
	b.unknown("t1")
}

// Who has a wrong token does not learn why it is wrong, attacks 1, 2 and 4.
func TestUnknownRevokedExpiredAndForeignTokensAnswerAlike(t *testing.T) {
	b := start(t)
	revoked := b.made("revoked", `{}`)
	b.made("expired", fmt.Sprintf(`{"expires_at": %q}`, when.Of(b.now).Add(time.Second)))
	b.now = b.now.Add(time.Second)
	if err := b.Revoke(b.ctx, "w", survey, revoked.ID); err != nil {
		t.Fatal(err)
	}
	share := plainLink(ident.Hash(ident.PurposeShare, "of a share"))
	if err := b.Store.Create(b.ctx, "w", share); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"never made", "", "revoked", "expired", "of a share", strings.Repeat("x", 1<<20)} {
		b.unknown(token)
	}
}

func plainLink(hash string) link.Link {
	return link.Link{ID: ident.New("lnk"), Survey: survey, Hash: hash, Secret: []byte{1}}
}

func TestARepeatGivesTheSameLinkAndMakesNoSecond(t *testing.T) {
	b := start(t)
	body := fmt.Sprintf(`{"expires_at": %q, "properties": {"a": "b"}}`, when.Of(b.now).Add(time.Hour))
	var mu sync.Mutex
	var all []link.Link
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l := b.made("t", body)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, l)
		})
	}
	wg.Wait()
	b.now = b.now.Add(2 * time.Hour) // its end lies in the past now, and still it was made
	all = append(all, b.made("t", body))
	for _, l := range all {
		if !reflect.DeepEqual(l, all[0]) {
			t.Fatalf("%+v and %+v", l, all[0])
		}
	}
	list, _, err := b.List(b.ctx, "w", survey, ident.Page{Limit: 9})
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
}

func TestTheRulesOfALinkNameEachFaultyPlace(t *testing.T) {
	b := start(t)
	properties := func(n, name, value int) string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("%0*d", name, i)] = strings.Repeat("ж", value)
		}
		j, err := json.Marshal(map[string]any{"properties": m})
		if err != nil {
			t.Fatal(err)
		}
		return string(j)
	}
	label := func(n int) string { return `{"label": "` + strings.Repeat("ж", n) + `"}` }
	past := func(d time.Duration) string { return fmt.Sprintf(`{"expires_at": %q}`, when.Of(b.now).Add(d)) }
	for i, c := range []struct {
		body    string
		kind    fault.Kind // Internal: taken
		pointer string
	}{
		{`{}`, fault.Internal, ""},
		{label(200), fault.Internal, ""},
		{label(201), fault.Invalid, "#/label"},
		{`{"label": "a\nb"}`, fault.Invalid, "#/label"},
		{`{"label": "a\u0007b"}`, fault.Invalid, "#/label"},
		{`{"label": "a\u2028b"}`, fault.Invalid, "#/label"},
		{`{"label": "a\u0000b"}`, fault.Invalid, "#/label"},
		{`{"label": "left \u202e right"}`, fault.Internal, ""}, // attack 20: kept as data
		{`{"label": 1}`, fault.Malformed, "#/label"},
		{`{"label": null}`, fault.Malformed, "#/label"},
		{`{"max_responses": 1}`, fault.Internal, ""},
		{`{"max_responses": 1000000}`, fault.Internal, ""},
		{`{"max_responses": null}`, fault.Internal, ""},
		{`{"max_responses": 0}`, fault.Invalid, "#/max_responses"},
		{`{"max_responses": 1000001}`, fault.Invalid, "#/max_responses"},
		{`{"max_responses": 1.5}`, fault.Invalid, "#/max_responses"},
		{past(time.Millisecond), fault.Internal, ""},
		{past(0), fault.Invalid, "#/expires_at"},
		{past(-time.Hour), fault.Invalid, "#/expires_at"},
		{`{"expires_at": "tomorrow"}`, fault.Invalid, "#/expires_at"},
		{properties(50, 200, 200), fault.Internal, ""},
		{properties(51, 200, 200), fault.Invalid, "#/properties"},
		{properties(1, 201, 1), fault.Invalid, "#/properties"},
		{properties(1, 1, 201), fault.Invalid, "#/properties/0"},
		{`{"properties": {"": "x"}}`, fault.Invalid, "#/properties"},
		{`{"properties": {"a/b~": "` + strings.Repeat("x", 201) + `"}}`, fault.Invalid, "#/properties/a~1b~0"},
		{`{"properties": {"a": 1}}`, fault.Malformed, "#/properties/a"},
		{`{"properties": {"$ne": "x"}}`, fault.Malformed, "#/properties/$ne"}, // attack 32
		{`{"language": "en"}`, fault.Internal, ""},
		{`{"language": null}`, fault.Internal, ""},
		{`{"language": "fr"}`, fault.Invalid, "#/language"},
		{`{"language": "pt"}`, fault.Invalid, "#/language"},
		{`{"language": ""}`, fault.Invalid, "#/language"},
		{`{"single_use": true, "one_click": true}`, fault.Internal, ""},
		{`{"single_use": true, "kiosk": true}`, fault.Invalid, "#/kiosk"},
		{`{"single_use": "yes"}`, fault.Malformed, "#/single_use"},
		{`{"survey": "srv_x"}`, fault.Malformed, "#/survey"},
		{`{"secret": ""}`, fault.Malformed, "#/secret"},
		{`{"preview": true}`, fault.Malformed, "#/preview"}, // attack 35
		{`{"label": "a", "label": "b"}`, fault.Malformed, "#/label"},
	} {
		_, err := b.ask(fmt.Sprint("t", i), c.body)
		if c.kind == fault.Internal {
			if err != nil {
				t.Errorf("%.80s: %v", c.body, err)
			}
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.kind || len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%.80s: %v, want %s", c.body, err, c.pointer)
		}
		b.unknown(fmt.Sprint("t", i))
	}
	_, err := b.ask("many", `{"label": "\n", "max_responses": 0, "expires_at": "1999-01-01T00:00:00Z", "properties": {"": ""}, "language": "xx", "kiosk": true, "single_use": true}`)
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 6 {
		t.Errorf("not all at once: %v", err)
	}
}

func TestNothingIsMadeListedOrRevokedForASurveyThatIsNotThere(t *testing.T) {
	b := start(t)
	l := b.made("t", `{}`)
	foreign := ident.Actor{Workspace: "v", Name: "k"}
	for _, c := range []struct {
		actor  ident.Actor
		survey string
	}{{author, ident.Derive("srv", "other")}, {author, "nonsense"}, {foreign, survey}, {ident.Actor{}, survey}} {
		ws := c.actor.Workspace
		_, err := b.Make(b.ctx, c.actor, c.survey, "lnk_x", "x", link.Request{Label: "\n"}) // unknown comes before faulty
		_, err2 := b.Preview(b.ctx, c.actor, c.survey, "lnk_x", "x")
		_, _, err3 := b.List(b.ctx, ws, c.survey, ident.Page{Limit: 9})
		for _, err := range []error{err, err2, err3} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if err := b.Revoke(b.ctx, ws, c.survey, l.ID); err == nil || ws != "" && !fault.Is(err, fault.NotFound) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	b.unknown("x")
	if _, _, err := b.ByToken(b.ctx, "t"); err != nil {
		t.Fatal(err)
	}
}

func TestAPreviewLivesForADayAndIsSweptAfterwards(t *testing.T) {
	b := start(t)
	l, err := b.Preview(b.ctx, author, survey, "lnk_p", "p")
	if err != nil || !l.Preview || l.ExpiresAt.Sub(l.CreatedAt) != 24*time.Hour {
		t.Fatalf("%+v %v", l, err)
	}
	b.made("t", `{}`)
	list, _, err := b.List(b.ctx, "w", survey, ident.Page{Limit: 9})
	if err != nil || len(list) != 1 || list[0].Preview {
		t.Fatalf("%+v %v", list, err)
	}
	for range 1100 {
		token := ident.NewToken()
		if _, err := b.Preview(b.ctx, author, survey, ident.New("lnk"), token); err != nil {
			t.Fatal(err)
		}
	}
	b.now = b.now.Add(24*time.Hour - time.Millisecond)
	if n, err := b.Sweep(b.ctx); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if _, got, err := b.ByToken(b.ctx, "p"); err != nil || !reflect.DeepEqual(got, l) {
		t.Fatalf("%+v %v", got, err)
	}
	b.now = b.now.Add(time.Millisecond)
	b.unknown("p")
	if n, err := b.Sweep(b.ctx); n != 1101 || err != nil {
		t.Fatal(n, err)
	}
	if _, _, err := b.ByToken(b.ctx, "t"); err != nil {
		t.Fatal(err)
	}
}
