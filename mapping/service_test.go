package mapping_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"waymark/mapping"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

var actor = ident.Actor{Workspace: ws, Name: "k"}

func TestAStageWithFiguresStaysUnlessAnotherTakesItOver(t *testing.T) {
	for name, c := range map[string]struct {
		stages string
		kind   fault.Kind
	}{
		"dropped":                      {`{"id":"order","name":"Order"}`, fault.Conflict},
		"split, its curve stays there": {`{"id":"d1","name":"D","lineage":[{"stage":"delivery","kind":"split"}]}`, fault.Conflict},
		"renamed":                      {`{"id":"ship","name":"Ship","lineage":[{"stage":"delivery","kind":"rename"},{"stage":"order","kind":"merge"}]}`, -1},
		"an old version's stage goes":  {`{"id":"ship","name":"Ship","lineage":[{"stage":"delivery","kind":"rename"}]}`, fault.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, id := scene(t, document)
			w.publish(version("srv_a", 1, id, "order", "", 50*day, nil, sat))
			w.publish(version("srv_a", 2, id, "delivery", "", 40*day, nil, sat))
			_, err := s.Maps.Put(context.Background(), actor, id, 1, []byte(`{"title":"Shop","stages":[`+c.stages+`]}`))
			if c.kind < 0 && err != nil || c.kind >= 0 && fault.KindOf(err) != c.kind {
				t.Fatalf("%v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "srv_a") {
				t.Errorf("the survey is not named: %v", err)
			}
			if err := s.Maps.Delete(context.Background(), ws, id); !fault.Is(err, fault.Conflict) {
				t.Errorf("deleting: %v", err)
			}
		})
	}
}

// editing has the map edited while its surveys are looked for.
type editing struct {
	*world
	edit func()
}

func (e *editing) OfMap(ctx context.Context, ws ident.Workspace, mapID string) ([]surveys.Outline, error) {
	if edit := e.edit; edit != nil {
		e.edit = nil
		edit()
	}
	return e.world.OfMap(ctx, ws, mapID)
}

func TestAMapIsDeletedThoughItIsEditedMeanwhile(t *testing.T) {
	ctx := context.Background()
	w, s, id := scene(t, document)
	e := &editing{world: w}
	s.Maps.Surveys = e
	e.edit = func() {
		if _, err := s.Maps.Put(ctx, actor, id, 1, []byte(`{"title":"Edited","stages":[{"id":"order","name":"Order"}]}`)); err != nil {
			t.Error(err)
		}
	}
	if err := s.Maps.Delete(ctx, ws, id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Maps.Get(ctx, ws, id); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestTheHistoryTellsWhatChangedByIDs(t *testing.T) {
	ctx := context.Background()
	_, s, id := scene(t, document)
	for i, doc := range []string{
		`{"title":"Shop","stages":[{"id":"delivery","name":"Delivery/~","touchpoints":[{"id":"courier","name":"Bike"}]},{"id":"order","name":"Order"}]}`,
		`{"title":"Shop","stages":[{"id":"order","name":"Order","steps":["a"]}]}`,
	} {
		if _, err := s.Maps.Put(ctx, actor, id, int64(i+1), []byte(doc)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Maps.Put(ctx, actor, id, 1, []byte(document)); !fault.Is(err, fault.Stale) {
		t.Fatalf("an old If-Match: %v", err)
	}
	r, err := s.Maps.Restore(ctx, actor, id, 1, 3)
	if err != nil || r.Version != 4 || string(r.Document) != document {
		t.Fatalf("restored %+v, %v", r, err)
	}
	var all []mapping.VersionEntry
	p := ident.Page{Limit: 1}
	for {
		list, next, err := s.Maps.Versions(ctx, ws, id, p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
		if next.Zero() {
			break
		}
		p.Cursor = next
	}
	var got []string
	for _, e := range all {
		for _, c := range e.Changes {
			b, _ := json.Marshal(c, json.Deterministic(true))
			got = append(got, fmt.Sprint(e.Version, " ", string(b)))
		}
	}
	want := []string{
		`4 {"pointer":"/stages/delivery","from":null,"to":{"id":"delivery","name":"Delivery","touchpoints":[{"id":"courier","name":"Courier"}]}}`,
		`4 {"pointer":"/stages/order/steps","from":["a"],"to":null}`,
		`3 {"pointer":"/stages/delivery","from":{"id":"delivery","name":"Delivery/~","touchpoints":[{"id":"courier","name":"Bike"}]},"to":null}`,
		`3 {"pointer":"/stages/order/steps","from":null,"to":["a"]}`,
		`2 {"pointer":"/stages/delivery/name","from":"Delivery","to":"Delivery/~"}`,
		`2 {"pointer":"/stages/delivery/touchpoints/courier/name","from":"Courier","to":"Bike"}`,
		`2 {"pointer":"/stages","from":["order","delivery"],"to":["delivery","order"]}`,
	}
	if len(all) != 4 || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d versions:\n%s", len(all), strings.Join(got, "\n"))
	}
}

func TestAMapNamesOnlyMapsAndResponsesThatTheWorkspaceHas(t *testing.T) { // attack 34
	ctx := context.Background()
	_, s, id := scene(t, document)
	known := ident.New("rsp")
	s.Maps.KnownResponse = func(_ context.Context, w ident.Workspace, rsp string) error {
		if w != ws || rsp != known {
			return fault.NotFoundError()
		}
		return nil
	}
	naming := func(m, rsp string) []byte {
		return []byte(fmt.Sprintf(`{"title":"x","stages":[{"id":"a","name":"A"}],"scores_from":%q,"paths":[{"from":"a","to":"a","kind":"loop","map":%q}],"evidence":[{"id":"e","kind":"survey","text":"x","response":%q}]}`, m, m, rsp))
	}
	create := func(a ident.Actor, body []byte) (mapping.Record, error) {
		return s.Maps.Create(ctx, a, ident.New("map"), false, body)
	}
	other := ident.Actor{Workspace: "v"}
	for name, err := range map[string]error{
		"what is no id":            second(create(actor, naming("nonsense", known))),
		"an unknown map":           second(create(actor, naming(ident.New("map"), known))),
		"an unknown response":      second(create(actor, naming(id, ident.New("rsp")))),
		"another workspace's both": second(create(other, naming(id, known))),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	source, err := create(actor, []byte(`{"title":"x","stages":[{"id":"a","name":"A"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := create(actor, naming(source.ID, known))
	if err != nil {
		t.Fatal(err)
	}
	// What was named once may be gone when something else is edited.
	if err := s.Maps.Delete(ctx, ws, source.ID); err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(naming(source.ID, known), []byte(`"title":"x"`), []byte(`"title":"y"`), 1)
	if r, err = s.Maps.Put(ctx, actor, r.ID, r.Version, edited); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Maps.Put(ctx, actor, r.ID, r.Version, naming(ident.New("map"), known)); !fault.Is(err, fault.NotFound) {
		t.Errorf("an edit names an unknown map: %v", err)
	}
	if r, err = s.Maps.Put(ctx, actor, r.ID, r.Version, []byte(`{"title":"z","stages":[{"id":"a","name":"A"}]}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Maps.Restore(ctx, actor, r.ID, 1, r.Version); err != nil {
		t.Errorf("a version whose source is gone is not restored: %v", err)
	}
}

func second(_ mapping.Record, err error) error { return err }

func TestAShareOpensItsMapUntilItExpiresOrIsRevoked(t *testing.T) {
	ctx := context.Background()
	_, s, id := scene(t, document)
	soon := when.Of(now.Add(time.Hour))
	share := func(q mapping.ShareRequest) (mapping.Share, string) {
		token := ident.NewToken()
		sh, err := s.Maps.Share(ctx, actor, id, ident.New("shr"), token, q)
		if err != nil {
			t.Fatal(err)
		}
		return sh, token
	}
	_, lasting := share(mapping.ShareRequest{Label: "board"})
	_, expiring := share(mapping.ShareRequest{ExpiresAt: &soon})
	gone, revoked := share(mapping.ShareRequest{Access: "comment"})
	if err := s.Maps.Revoke(ctx, ws, id, gone.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Maps.Revoke(ctx, "v", id, gone.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another workspace revokes: %v", err)
	}
	var texts []string
	open := func(token string) bool {
		got, _, r, err := s.Maps.ByToken(ctx, token)
		if err != nil {
			texts = append(texts, err.Error())
		}
		return err == nil && got == ws && r.ID == id
	}
	if !open(lasting) || !open(expiring) || open(revoked) || open("unknown") {
		t.Error("before it expires")
	}
	s.Maps.Now = func() time.Time { return now.Add(time.Hour) }
	if !open(lasting) || open(expiring) {
		t.Error("after it expired")
	}
	for _, s := range texts { // attack 2
		if s != texts[0] {
			t.Errorf("%q differs from %q", s, texts[0])
		}
	}
	list, next, err := s.Maps.Shares(ctx, ws, id, ident.Page{Limit: 1})
	if err != nil || len(list) != 1 || next.Zero() || list[0].ID == gone.ID {
		t.Errorf("%+v %v %v", list, next, err)
	}
	list, next, err = s.Maps.Shares(ctx, ws, id, ident.Page{Limit: 1, Cursor: next})
	if err != nil || len(list) != 1 || !next.Zero() || list[0].Label != "board" {
		t.Errorf("%+v %v %v", list, next, err)
	}
	password := "secret"
	past := when.Of(now.Add(-time.Hour))
	for _, q := range []mapping.ShareRequest{{Password: &password}, {Access: "write"}, {ExpiresAt: &past}, {Label: strings.Repeat("x", 201)}} {
		if _, err := s.Maps.Share(ctx, actor, id, ident.New("shr"), ident.NewToken(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestABindingNamesAStageAndATouchpointOfTheMap(t *testing.T) {
	_, s, id := scene(t, document)
	for b, kind := range map[surveys.Binding]fault.Kind{
		{Map: id, Stage: "delivery", Touchpoint: "courier"}: -1,
		{Map: id, Stage: "delivery"}:                        -1,
		{Map: id, Stage: "order", Touchpoint: "courier"}:    fault.Invalid,
		{Map: id, Stage: "none"}:                            fault.Invalid,
		{Map: ident.New("map"), Stage: "order"}:             fault.NotFound,
	} {
		if err := s.Maps.CheckBinding(context.Background(), ws, b); kind < 0 && err != nil || kind >= 0 && fault.KindOf(err) != kind {
			t.Errorf("%+v: %v", b, err)
		}
	}
}
