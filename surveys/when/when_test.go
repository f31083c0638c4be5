package when

import (
	"testing"
	"time"
)

func TestTimesComeBackInUTCWithMilliseconds(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-20T09:30:00Z":             "2026-11-20T09:30:00.000Z",
		"2026-11-20t09:30:00.5z":           "2026-11-20T09:30:00.500Z",
		"2026-11-20T09:30:00.123999-03:00": "2026-11-20T12:30:00.123Z",
		"1969-12-31T23:59:59.999Z":         "1969-12-31T23:59:59.999Z",
		"9999-12-31T23:59:59Z":             "9999-12-31T23:59:59.000Z",
		"2024-02-29T00:00:00+14:00":        "2024-02-28T10:00:00.000Z",
		"2026-11-20T09:30:00,5Z":           "",
		"2026-11-20 09:30:00Z":             "",
		"2026-11-20T09:30:00":              "",
		"2026-02-30T00:00:00Z":             "",
		"9999-12-31T23:59:59-01:00":        "",
		"":                                 "",
	} {
		got, err := Parse(in)
		if (err != nil) != (want == "") || err == nil && got.String() != want {
			t.Errorf("%q: %v %v, want %q", in, got, err, want)
		}
	}
}

func TestSubHoldsFarApartInstants(t *testing.T) {
	far, err := Parse("9999-01-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	if d := far.Sub(Milli(0)); d < 292*365*24*time.Hour {
		t.Errorf("%v", d)
	}
	if d := Milli(0).Sub(far); d > -292*365*24*time.Hour {
		t.Errorf("%v", d)
	}
}

func TestDurationsAreISO8601DownToSeconds(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"P3D": 72 * time.Hour, "PT10S": 10 * time.Second, "P1DT12H": 36 * time.Hour, "P2W": 14 * 24 * time.Hour, "PT1H30M5S": 5405 * time.Second,
		"P0D": 0, "PT0S": 0,
		"P": -1, "PT": -1, "3D": -1, "P3": -1, "PD": -1, "P1Y": -1, "P1M": -1, "PT1.5S": -1, "P-1D": -1, "P1D1W": -1, "PT1S1M": -1, "P99999999999999D": -1, "P1DT": -1,
	} {
		got, err := ParseDuration(in)
		if (err != nil) != (want < 0) || err == nil && (got.Length() != want || got.String() != in) {
			t.Errorf("%q: %v %v, want %v", in, got.Length(), err, want)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"P3D", "PT10S", "P1DT12H"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		again, err := ParseDuration(DurationOf(d.Length()).String())
		if err != nil || again.Length() != d.Length() {
			t.Fatalf("%q is %v, written and read again %v %v", s, d.Length(), again.Length(), err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-20T09:30:00.5+03:00")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(v.String()); err != nil || again != v {
			t.Fatalf("%q is %v, read again %v %v", s, v, again, err)
		}
	})
}
