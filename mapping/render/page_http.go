package render

import (
	"context"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"waymark/mapping"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// PageHTTP answers shared maps, /m/{token}. The token is asked of the store
// each time, so a revoked link ends at once; what is drawn is shared by all
// who watch the same window.
type PageHTTP struct {
	Maps   *mapping.Service
	Scores *mapping.ScoresService
	Now    func() time.Time
	Drawn  *Cache
}

// Get answers the page of a share. Unknown parameters are passed over: people
// and mailers add their own to links.
func (h PageHTTP) Get(c *fiber.Ctx) error {
	ws, sh, r, err := h.Maps.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	o := Options{Theme: Theme(c.Query("theme")), Lang: Match(c.Query("lang"), c.Get(fiber.HeaderAcceptLanguage)), Width: DefaultWidth}
	if _, known := palettes[o.Theme]; !known {
		o.Theme = Auto
	}
	window := 2
	for i, w := range Windows {
		if w.Name == c.Query("window") {
			window = i
		}
	}
	o.Window = Windows[window].Length
	embed := c.Query("embed") == "1"
	key := drawnKey{ws, sh.Map, r.Version, window, o.Theme, o.Lang, embed}
	d, err := h.Drawn.get(key, h.Now(), func() (drawn, error) { return h.draw(c.UserContext(), ws, sh.Map, o, window, embed) })
	if err != nil {
		return err
	}
	frames := "'none'"
	if embed {
		frames = "*"
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src "+d.style+"; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "+frames)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	return send(c, fiber.MIMETextHTMLCharsetUTF8, d.body)
}

func (h PageHTTP) draw(ctx context.Context, ws ident.Workspace, mapID string, o Options, window int, embed bool) (drawn, error) {
	// Windows end on the next whole hour, so that they move while answers come
	// in and no two of them can be subtracted at will.
	to := when.Of(h.Now().Truncate(time.Hour).Add(time.Hour))
	from := to.Add(-o.Window)
	s, err := h.Scores.Snapshot(ctx, ws, mapID, mapping.Query{From: &from, To: &to})
	if err != nil {
		return drawn{}, err
	}
	v := NewView(s.Document, s.Scores, o)
	var links []link
	for i, w := range Windows {
		q := url.Values{"window": {w.Name}, "lang": {o.Lang}}
		if o.Theme != Auto {
			q.Set("theme", string(o.Theme))
		}
		if embed {
			q.Set("embed", "1")
		}
		links = append(links, link{v.Words.window(from, to, w.Length), "?" + q.Encode(), i == window})
	}
	body, style, err := HTML(v, o, links, true)
	if err != nil {
		return drawn{}, fault.Wrap(err, fault.Internal, "render", "The map cannot be drawn.")
	}
	return drawn{body, style}, nil
}

// Script answers the script of the page.
func (h PageHTTP) Script(c *fiber.Ctx) error {
	err := send(c, "text/javascript; charset=utf-8", LiveScript)
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return err
}
