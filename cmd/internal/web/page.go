package web

import (
	"github.com/gofiber/fiber/v2"

	"waymark/mapping/render"
	"waymark/surveys/fault"
)

const pageKey = "waymark.page"

// page marks a route that people open with a secret link: its failures are
// pages, and wrong links are counted like wrong keys, but apart from them: who
// opens old links must not lock the API.
func (s *Server) page(c *fiber.Ctx) error {
	c.Locals(pageKey, true)
	err := c.Next()
	if fault.Is(err, fault.NotFound) {
		return s.guessed(c, &s.links, "links", err)
	}
	return err
}

// sorry answers a failure of such a route. A page that was to stand in a frame
// may say there why it does not: it tells nothing.
func (s *Server) sorry(c *fiber.Ctx, p problem) error {
	embed, again := c.Query("embed") == "1", c.Path()
	if embed {
		again += "?embed=1"
	}
	body, style := render.Sorry(render.Match(c.Query("lang"), c.Get(fiber.HeaderAcceptLanguage)), p.Status, p.Detail, again)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src "+style+"; base-uri 'none'; form-action 'none'; frame-ancestors "+render.Frames(embed))
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	c.Set("X-Robots-Tag", "noindex, nofollow")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(p.Status).Send(body)
}
