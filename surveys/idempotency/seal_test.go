package idempotency_test

import (
	"bytes"
	"testing"

	"waymark/surveys/idempotency"
	"waymark/surveys/when"
)

func TestASealedAnswerIsReadByItsCallerAlone(t *testing.T) {
	r := idempotency.Record{ID: "idm_a", Workspace: "wsp_a", CreatedAt: when.Milli(5)}
	for _, body := range []string{"", "{}", `{"quote":"Ana said it was late"}`} {
		a := idempotency.Answer{Status: 201, Location: "/x", ETag: `"1"`, Body: []byte(body)}
		s, err := r.Seal("secret", a)
		if err != nil || s.Status != 201 || s.Location != "/x" || s.ETag != `"1"` || len(body) > 0 && bytes.Contains(s.Body, []byte(body)) {
			t.Fatalf("sealed %+v, %v", s, err)
		}
		twice, err := r.Seal("secret", a)
		if err != nil || bytes.Equal(twice.Body, s.Body) {
			t.Errorf("the same body is sealed twice alike: %x, %v", twice.Body, err)
		}
		o, err := r.Open("secret", s)
		if err != nil || string(o.Body) != body || o.Status != 201 {
			t.Errorf("opened %+v, %v", o, err)
		}
		foreign, elsewhere, later := r, r, r
		foreign.ID, elsewhere.Workspace, later.CreatedAt = "idm_b", "wsp_b", when.Milli(6)
		cut, flipped := s, s
		cut.Body = s.Body[:5]
		flipped.Body = append([]byte(nil), s.Body...)
		flipped.Body[len(s.Body)-1] ^= 1
		for name, try := range map[string]func() (idempotency.Answer, error){
			"another secret":    func() (idempotency.Answer, error) { return r.Open("other", s) },
			"another record":    func() (idempotency.Answer, error) { return foreign.Open("secret", s) },
			"another workspace": func() (idempotency.Answer, error) { return elsewhere.Open("secret", s) },
			"another use":       func() (idempotency.Answer, error) { return later.Open("secret", s) },
			"a cut one":         func() (idempotency.Answer, error) { return r.Open("secret", cut) },
			"a changed one":     func() (idempotency.Answer, error) { return r.Open("secret", flipped) },
		} {
			if o, err := try(); err == nil {
				t.Errorf("%s opens it: %q", name, o.Body)
			}
		}
	}
	plain := idempotency.Answer{Status: 201, Body: []byte(`{"id":"map_a"}`)} // as schema version 1 kept it
	if o, err := r.Open("secret", plain); err != nil || string(o.Body) != string(plain.Body) {
		t.Errorf("a plain one is opened as %q, %v", o.Body, err)
	}
}
