package when

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Time is an instant in UTC with millisecond precision. The zero value is 1970.
type Time struct{ ms int64 }

const layout = "2006-01-02T15:04:05.000Z"

// Of gives the instant of t, cut to the millisecond.
func Of(t time.Time) Time { return Time{t.UnixMilli()} }

// Milli gives the instant of so many milliseconds since 1970.
func Milli(ms int64) Time { return Time{ms} }

// Milli gives milliseconds since 1970.
func (t Time) Milli() int64 { return t.ms }

// Time gives the instant as a time.Time in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(t.ms).UTC() }

// Add gives the instant d later.
func (t Time) Add(d time.Duration) Time { return Time{t.ms + d.Milliseconds()} }

// Sub gives the time from u to t, at most what a time.Duration holds (292
// years) either way.
func (t Time) Sub(u Time) time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(max(t.ms-u.ms, -most), most)) * time.Millisecond
}

// Before reports whether t is earlier than u.
func (t Time) Before(u Time) bool { return t.ms < u.ms }

// String writes RFC 3339 in UTC with milliseconds.
func (t Time) String() string { return t.Time().Format(layout) }

// MarshalText writes RFC 3339 in UTC with milliseconds.
func (t Time) MarshalText() ([]byte, error) { return t.Time().AppendFormat(nil, layout), nil }

// UnmarshalText reads RFC 3339 with any offset, years 0001 to 9999.
func (t *Time) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*t = v
	return nil
}

// Parse reads RFC 3339 with any offset. A fraction finer than a millisecond is cut.
func Parse(s string) (Time, error) {
	// time.RFC3339 takes a comma before the fraction and lower-case letters do
	// not pass; RFC 3339 allows "t" and "z", so they are raised first.
	u := strings.ToUpper(s)
	if strings.Contains(u, ",") {
		return Time{}, fmt.Errorf("%q is not a time; write it like 2026-11-20T09:30:00Z", clip(s))
	}
	v, err := time.Parse(time.RFC3339Nano, u)
	if err != nil {
		return Time{}, fmt.Errorf("%q is not a time; write it like 2026-11-20T09:30:00Z", clip(s))
	}
	if y := v.UTC().Year(); y < 1 || y > 9999 {
		return Time{}, fmt.Errorf("%q lies outside the years 1 to 9999", clip(s))
	}
	return Of(v), nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
