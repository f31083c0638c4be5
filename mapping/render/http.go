package render

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"waymark/mapping"
	"waymark/surveys/fault"
	"waymark/surveys/rest"
)

// HTTP answers /v1/maps/{map}/render.* to key holders.
type HTTP struct{ Scores *mapping.ScoresService }

// read gives the snapshot that a request asks for, and how to show it; with
// changes for what tells them.
func (h HTTP) read(c *fiber.Ctx, changes bool) (s mapping.Snapshot, o Options, err error) {
	v, err := rest.Query(c, "window", "from", "to", "segment*", "theme", "width", "page", "lang")
	if err != nil {
		return s, o, err
	}
	q, err := mapping.ParseQuery(v)
	if err != nil {
		return s, o, err
	}
	if o, err = parseOptions(v, v.Get("page")); err != nil {
		return s, o, err
	}
	o.Segments, o.Window, q.Changes = q.Segments, q.Window, changes
	if q.Window == 0 && q.From == nil && q.To == nil {
		o.Window = mapping.DefaultWindow
	}
	s, err = h.Scores.Snapshot(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"), q)
	if err == nil && o.Lang == "" {
		o.Lang = Match(s.Document.Language, "")
	}
	return s, o, err
}

// SVG answers the drawing.
func (h HTTP) SVG(c *fiber.Ctx) error {
	s, o, err := h.read(c, true)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return rest.File(c, "image/svg+xml; charset=utf-8", []byte(SVG(NewView(s.Document, s.Scores, o), o)))
}

// HTML answers a page that can be saved and sent: it needs no other file.
func (h HTTP) HTML(c *fiber.Ctx) error {
	s, o, err := h.read(c, true)
	if err != nil {
		return err
	}
	body, style, err := HTML(NewView(s.Document, s.Scores, o), o, nil)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "render", "The map cannot be drawn.")
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src "+style+"; frame-ancestors 'none'")
	return rest.File(c, fiber.MIMETextHTMLCharsetUTF8, body)
}

// shownSnapshot is a map with its scores.
type shownSnapshot struct {
	Map    jsontext.Value `json:"map"`
	Scores mapping.Scores `json:"scores"`
}

// JSON answers the snapshot itself.
func (h HTTP) JSON(c *fiber.Ctx) error {
	s, _, err := h.read(c, false)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return rest.Write(c, fiber.StatusOK, shownSnapshot{mapping.Shown(s.Record), s.Scores})
}
