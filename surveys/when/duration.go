package when

import (
	"fmt"
	"strings"
	"time"
)

// Duration is an ISO 8601 duration of weeks, days, hours, minutes and whole
// seconds. A day is 24 hours; years and months are not taken. The text is
// kept, so that it comes back as it was sent.
type Duration struct {
	text string
	d    time.Duration
}

// maxDuration is 100 years; more is a slip of the pen.
const maxDuration = 100 * 366 * 24 * time.Hour

// ParseDuration reads P3D, PT10S, P1DT12H, P2W. A designator without a number,
// an empty duration "P" and fractions are refused.
func ParseDuration(s string) (Duration, error) {
	fail := func() (Duration, error) {
		return Duration{}, fmt.Errorf("%q is not a duration; write it like P3D or PT10S (weeks, days, hours, minutes, seconds)", clip(s))
	}
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" {
		return fail()
	}
	var total time.Duration
	date, clock, hasT := strings.Cut(rest, "T")
	if hasT && clock == "" {
		return fail()
	}
	for _, part := range []struct{ text, units string }{{date, "WD"}, {clock, "HMS"}} {
		text, units := part.text, part.units
		for text != "" {
			n, i := int64(0), 0
			for i < len(text) && text[i] >= '0' && text[i] <= '9' {
				if i >= 12 {
					return fail()
				}
				n = n*10 + int64(text[i]-'0')
				i++
			}
			if i == 0 || i == len(text) {
				return fail()
			}
			at := strings.IndexByte(units, text[i])
			if at < 0 {
				return fail()
			}
			unit := map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}[text[i]]
			if n > int64(maxDuration/unit) {
				return Duration{}, fmt.Errorf("%q is longer than 100 years", clip(s))
			}
			total += time.Duration(n) * unit
			units, text = units[at+1:], text[i+1:]
		}
	}
	if total > maxDuration {
		return Duration{}, fmt.Errorf("%q is longer than 100 years", clip(s))
	}
	return Duration{text: s, d: total}, nil
}

// DurationOf writes d, cut to seconds, in days, hours, minutes and seconds.
func DurationOf(d time.Duration) Duration {
	d = d.Truncate(time.Second)
	day := 24 * time.Hour
	s := "P"
	if n := d / day; n > 0 {
		s += fmt.Sprintf("%dD", n)
	}
	if rest := d % day; rest > 0 || d == 0 {
		s += "T"
		if n := rest / time.Hour; n > 0 {
			s += fmt.Sprintf("%dH", n)
		}
		if n := rest % time.Hour / time.Minute; n > 0 {
			s += fmt.Sprintf("%dM", n)
		}
		if n := rest % time.Minute / time.Second; n > 0 || d == 0 {
			s += fmt.Sprintf("%dS", n)
		}
	}
	return Duration{text: s, d: d}
}

// Length gives the duration as Go's.
func (d Duration) Length() time.Duration { return d.d }

// String gives the text.
func (d Duration) String() string {
	if d.text == "" {
		return "PT0S"
	}
	return d.text
}

// MarshalText gives the text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
