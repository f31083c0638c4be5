package mapping

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// ScoresHTTP answers /v1/maps/{map}/scores.
type ScoresHTTP struct{ *ScoresService }

// Get answers the scores of a window, for the segments asked for.
func (h ScoresHTTP) Get(c *fiber.Ctx) error {
	v, err := rest.Query(c, "window", "from", "to", "segment*")
	if err != nil {
		return err
	}
	q, err := ParseQuery(v)
	if err != nil {
		return err
	}
	s, err := h.Scores(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"), q)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return rest.Write(c, fiber.StatusOK, s)
}

// ParseQuery reads window, from, to and segment as every view of scores takes them.
func ParseQuery(v url.Values) (q Query, err error) {
	if v.Has("window") {
		d, err := when.ParseDuration(v.Get("window"))
		if err != nil || d.Length() <= 0 {
			return q, fault.New(fault.Invalid, "bad-window", "window must be a duration of at least a second, like P90D.")
		}
		q.Window = d.Length()
	}
	for name, t := range map[string]**when.Time{"from": &q.From, "to": &q.To} {
		if !v.Has(name) {
			continue
		}
		at, err := when.Parse(v.Get(name))
		if err != nil {
			return q, fault.New(fault.Invalid, "bad-time", "%s must be a time like 2026-11-20T09:30:00Z.", name)
		}
		*t = &at
	}
	for _, s := range v["segment"] {
		sg, err := ParseSegment(s)
		if err != nil {
			return q, err
		}
		q.Segments = append(q.Segments, sg)
	}
	return q, nil
}
