package ident

import (
	"strings"
	"testing"
	"time"

	"waymark/surveys/fault"
)

func TestDerivedIDsFollowFromTheirPartsAlone(t *testing.T) {
	a := Derive("rsp", "w", "ab", "c")
	if a != Derive("rsp", "w", "ab", "c") || a == Derive("rsp", "w", "a", "bc") || !Valid("rsp", a) || Valid("srv", a) {
		t.Fatal(a)
	}
	if one, two := New("map"), New("map"); one == two {
		t.Fatal("two new ids are the same")
	}
	if !Valid("map", New("map")) || Valid("map", "map_"+strings.Repeat("A", 26)) {
		t.Fatal("New")
	}
}

func TestATokenIsBoundToItsPurpose(t *testing.T) { // attack 4
	tok := NewToken()
	if Hash(PurposeShare, tok) == Hash(PurposeSurvey, tok) {
		t.Fatal("a share's token opens a survey")
	}
}

func TestOnlyKeysOfTheAgreedFormAreRead(t *testing.T) {
	id, secret := NewKey()
	if i, s, ok := ParseKey(FormatKey(id, secret)); !ok || i != id || s != secret {
		t.Fatal("a new key is not read")
	}
	for _, bad := range []string{"", "wm_", "wm_a", "wm_a_short", "wm_A_" + secret, "wm__" + secret, "xx_a_" + secret, "wm_a_" + secret + "-", "wm_" + strings.Repeat("a", 33) + "_" + secret} {
		if _, _, ok := ParseKey(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestScopesContainWhatTheContractSays(t *testing.T) {
	all := []Scope{ScopeAdmin, ScopeMaps, ScopeSurveys, ScopeResponses, ScopeRead}
	want := map[Scope]string{ScopeAdmin: "admin maps surveys responses read", ScopeMaps: "maps read", ScopeSurveys: "surveys read", ScopeResponses: "responses", ScopeRead: "read", "": ""}
	for have, list := range want {
		for _, need := range all {
			allowed := false
			for _, w := range strings.Fields(list) {
				allowed = allowed || w == string(need)
			}
			if have.Contains(need) != allowed {
				t.Errorf("%q contains %q: %v", have, need, !allowed)
			}
		}
	}
}

func TestASequenceRisesWhileTheClockStandsOrJumpsBack(t *testing.T) { // attack 61
	var s Sequence
	now := time.Unix(1000, 0)
	a, b, c := s.Next(now), s.Next(now), s.Next(now.Add(-24*time.Hour))
	if !(a < b && b < c) {
		t.Fatal(a, b, c)
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add(Cursor{5, "rsp_a"}.String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err != nil {
			if !fault.Is(err, fault.Malformed) {
				t.Fatal(err)
			}
			return
		}
		if c.String() != s {
			t.Fatalf("%q is %+v, written %q", s, c, c.String())
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("wm_a_" + strings.Repeat("b", 40))
	f.Fuzz(func(t *testing.T, s string) {
		if id, secret, ok := ParseKey(s); ok && FormatKey(id, secret) != s {
			t.Fatalf("%q gives %q %q", s, id, secret)
		}
	})
}
