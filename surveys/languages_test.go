package surveys_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

func TestTheLanguagesOfASurveyAreThoseOfWhatIsPublishedAndOfItsDraft(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	is := func(id string, want ...string) {
		t.Helper()
		if got, err := s.Languages(ctx, "w", id); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v %v, want %v", got, err, want)
		}
	}
	titled := func(title string) string {
		return strings.Replace(doc(sat), `{"de":"Lieferung","en":"Delivery"}`, title, 1)
	}
	r := create(t, s, doc(sat))
	is(r.ID, "de", "en")
	publish(t, s, r.ID)
	is(r.ID, "de", "en")
	if _, err := s.Put(ctx, actor, r.ID, 1, []byte(titled(`{"DE":"Lieferung","fr":"Livraison"}`))); err != nil {
		t.Fatal(err)
	}
	is(r.ID, "de", "en", "fr")
	plain := create(t, s, titled(`"Delivery"`)).ID
	is(plain, "en")
	is(create(t, s, strings.Replace(doc(sat), `"title":{"de":"Lieferung","en":"Delivery"},`, "", 1)).ID, "en")
	for _, ws := range []ident.Workspace{"v", ""} {
		if got, err := s.Languages(ctx, ws, plain); err == nil || got != nil {
			t.Fatalf("%s: %v", ws, got)
		}
	}
	if _, err := s.Languages(ctx, "w", "srv_none"); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}
