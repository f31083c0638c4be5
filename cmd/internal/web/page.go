package web

import (
	"github.com/gofiber/fiber/v2"

	"waymark/mapping/render"
	"waymark/responses/page"
	"waymark/surveys/fault"
)

// sorry gives the page that tells people of a failure, and what the page may do.
type sorry func(c *fiber.Ctx, err error, p problem) (body []byte, policy string)

const pageKey = "waymark.page"

// page marks a route that people open with a secret link: its failures are
// pages, and wrong links are counted like wrong keys, but apart from them: who
// opens old links must not lock the API.
func (s *Server) page(how sorry) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(pageKey, how)
		err := c.Next()
		if fault.Is(err, fault.NotFound) {
			return s.guessed(c, &s.links, "links", err)
		}
		return err
	}
}

// failed answers a failure of such a route.
func (s *Server) failed(c *fiber.Ctx, how sorry, err error, p problem) error {
	body, policy := how(c, err, p)
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	c.Set("X-Robots-Tag", "noindex, nofollow")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(p.Status).Send(body)
}

// sorryMap is for shared maps. A page that was to stand in a frame may say
// there why it does not: it tells nothing.
func sorryMap(c *fiber.Ctx, _ error, p problem) ([]byte, string) {
	embed, again := c.Query("embed") == "1", c.Path()
	if embed {
		again += "?embed=1"
	}
	body, style := render.Sorry(render.Match(c.Query("lang"), c.Get(fiber.HeaderAcceptLanguage)), p.Status, p.Detail, again)
	return body, "default-src 'none'; style-src " + style + "; base-uri 'none'; form-action 'none'; frame-ancestors " + render.Frames(embed)
}

// sorrySurvey is for survey pages.
func sorrySurvey(c *fiber.Ctx, err error, _ problem) ([]byte, string) {
	return page.Sorry(err, c.Query("lang"), c.Get(fiber.HeaderAcceptLanguage), c.Query("embed") == "1")
}
