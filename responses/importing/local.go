package importing

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"waymark/surveys/when"
)

var layouts = []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly}

// instant reads a time: RFC 3339 as it is, a local one in the zone.
func instant(s string, zone *time.Location) (when.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := when.Parse(s); err == nil {
		return t, nil
	}
	for _, l := range layouts {
		t, err := time.Parse(l, s)
		if err != nil {
			continue
		}
		if zone == nil {
			return when.Time{}, errors.New("a local time needs --timezone, like America/Sao_Paulo")
		}
		return when.Of(inZone(t, zone)), nil
	}
	return when.Time{}, fmt.Errorf("%q is no time; write it like 2026-11-20 09:30:00 or 2026-11-20T09:30:00Z", clip(s))
}

// inZone gives the instant of a wall clock: the earlier where it showed the
// time twice; where it never did, moved forward by the gap.
func inZone(wall time.Time, zone *time.Location) time.Time {
	const day = 24 * time.Hour // no zone changed twice within two days
	before, after := offset(wall.Add(-day), zone), offset(wall.Add(day), zone)
	if before < after {
		before, after = after, before // the greater offset is the earlier instant
	}
	for _, o := range []time.Duration{before, after} {
		if t := wall.Add(-o); offset(t, zone) == o {
			return t
		}
	}
	return wall.Add(-offset(wall.Add(-day), zone))
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
