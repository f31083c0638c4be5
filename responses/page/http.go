package page

import (
	"net/url"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"waymark/surveys/fault"
	"waymark/surveys/link"
	"waymark/surveys/rest"
)

// HTTP answers /s/{token} and what lies below it.
type HTTP struct {
	*Service
	BaseURL string // scheme://host that links begin with
}

func token(c *fiber.Ctx) string { return strings.Clone(c.Params("token")) }

func (h HTTP) asks(c *fiber.Ctx) asks {
	return asks{token: token(c), accept: strings.Clone(c.Get(fiber.HeaderAcceptLanguage)), query: readQuery(string(c.Request().URI().QueryString()))}
}

// Get shows the survey. It counts and stores nothing: scanners of mails fetch
// links, too.
func (h HTTP) Get(c *fiber.Ctx) error {
	a := h.asks(c)
	if site := c.Get("Sec-Fetch-Site"); site == "" || site == "same-origin" {
		// Only a page of ours leads into a visit: by a link from elsewhere somebody could
		// let others answer in his own, and read it afterwards.
		a.sealed = a.query.Get("ticket")
	}
	s, err := h.open(c.UserContext(), a)
	if err != nil {
		return err
	}
	return h.answer(c, s)
}

// Admit refuses a body that is too large for what the link asks before it is read.
func (h HTTP) Admit(c *fiber.Ctx) error {
	if !Large(c.Request().Header.ContentLength()) {
		return c.Next()
	}
	if err := h.admit(c.UserContext(), h.asks(c)); err != nil {
		if fault.Is(err, fault.TooLarge) {
			c.Context().SetConnectionClose()
		}
		return err
	}
	return c.Next()
}

// Large tells that a body of that Content-Length may hold files.
func Large(length int) bool { return length < 0 || length > maxForm }

// Post takes what the page sends.
func (h HTTP) Post(c *fiber.Ctx) error {
	if err := h.ours(c); err != nil {
		return err
	}
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return fault.New(fault.Unsupported, "encoded-body", "Send the body without Content-Encoding.")
	}
	f, err := readForm(c.Get(fiber.HeaderContentType), c.Request().Body()) // which copies what it keeps; BodyRaw would copy all of it once more
	if err != nil {
		return err
	}
	s, err := h.hand(c.UserContext(), h.asks(c), f)
	if err != nil {
		return err
	}
	return h.answer(c, s)
}

// ours refuses forms that another site sends, attack 45. Browsers say where a
// form comes from; programs that say nothing are not led by a stranger's page.
func (h HTTP) ours(c *fiber.Ctx) error {
	foreign := fault.New(fault.Denied, "foreign-form", "This form was sent by another site.")
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return foreign
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return foreign
	}
	if base, err := url.Parse(h.BaseURL); err == nil && strings.EqualFold(u.Host, base.Host) {
		return nil
	}
	if strings.EqualFold(u.Host, string(c.Request().Host())) {
		return nil
	}
	return foreign
}

func (h HTTP) answer(c *fiber.Ctx, s shown) error {
	switch {
	case s.redirect != "":
		c.Set(fiber.HeaderLocation, s.redirect)
		c.Status(fiber.StatusSeeOther)
		return nil
	case s.ticket != "":
		return rest.Write(c, fiber.StatusOK, map[string]string{"ticket": s.ticket})
	case s.end != nil:
		body, style, err := s.end.HTML()
		if err != nil {
			return fault.Wrap(err, fault.Internal, "page", "The page cannot be drawn.")
		}
		return show(c, body, policy(style, s.end.Embed, nil))
	}
	body, style, err := s.view.HTML()
	if err != nil {
		return fault.Wrap(err, fault.Internal, "page", "The page cannot be drawn.")
	}
	if s.refused {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return show(c, body, policy(style, s.view.Embed, s.hosts))
}

func show(c *fiber.Ctx, body []byte, policy string) error {
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage+", "+fiber.HeaderAcceptEncoding)
	c.Set("X-Robots-Tag", "noindex, nofollow")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if gzipped(c) {
		c.Response().SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, body, fasthttp.CompressBestSpeed))
	} else {
		c.Response().SetBody(body) // a copy
	}
	done(body)
	return nil
}

// gzipped tells whether the client takes an answer packed, and says that this one
// is: a page is a third of its size then, which a slow line feels.
func gzipped(c *fiber.Ctx) bool {
	if c.Get(fiber.HeaderAcceptEncoding) == "" || c.AcceptsEncodings("gzip") == "" {
		return false
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return true
}

// policy says what a page may do: load what is ours, and be framed where that
// was asked for. Forms go to us, and on to where thanks may lead.
func policy(style string, embed bool, hosts []string) string {
	frames := "'none'"
	if embed {
		frames = "*"
	}
	to := "'self'"
	for _, host := range hosts {
		to += " " + host
	}
	return "default-src 'none'; style-src " + style + "; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action " + to + "; frame-ancestors " + frames
}

var packedScript = sync.OnceValue(func() []byte {
	return fasthttp.AppendGzipBytesLevel(nil, Script, fasthttp.CompressBestCompression)
})

// Script answers the page's script.
func (h HTTP) Script(c *fiber.Ctx) error {
	body := Script
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if gzipped(c) {
		body = packedScript()
	}
	err := rest.File(c, "text/javascript; charset=utf-8", body)
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return err
}

// File answers a picture that the link's page shows.
func (h HTTP) File(c *fiber.Ctx) error {
	f, body, err := h.picture(c.UserContext(), h.asks(c), strings.Clone(c.Params("file")))
	if err != nil {
		return err
	}
	err = rest.File(c, f.Type, body)
	c.Set(fiber.HeaderCacheControl, "private, max-age=86400, immutable")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return err
}

// QRSVG answers the link as a code to scan.
func (h HTTP) QRSVG(c *fiber.Ctx) error {
	return h.code(c, "image/svg+xml", func(url string) ([]byte, error) { return link.QRSVG(url) })
}

// QRPNG is QRSVG as a picture of dots.
func (h HTTP) QRPNG(c *fiber.Ctx) error {
	return h.code(c, "image/png", func(url string) ([]byte, error) { return link.QRPNG(url, 8) })
}

func (h HTTP) code(c *fiber.Ctx, mediaType string, draw func(string) ([]byte, error)) error {
	t := token(c)
	if _, _, err := h.Links.ByToken(c.UserContext(), t); err != nil {
		return err
	}
	b, err := draw(h.BaseURL + "/s/" + t)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "qr", "The code cannot be drawn.")
	}
	return rest.File(c, mediaType, b)
}
