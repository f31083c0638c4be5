package render

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"waymark/mapping"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// PageHTTP answers shared maps, /m/{token}. The token is asked of the store
// each time, so a revoked link ends at once; what is drawn is shared by all
// who watch the same window.
type PageHTTP struct {
	Maps   *mapping.Service
	Scores *mapping.ScoresService
	Now    func() time.Time
	Cache  *Cache
}

// asked is what the address of a shared page asks for.
type asked struct {
	Options
	window int // of Windows
	embed  bool
}

// ask reads the parameters of a shared page. Those it does not know are passed
// over, since people and mailers add their own to links; a value that it does
// not know is not.
func ask(c *fiber.Ctx) (a asked, err error) {
	v, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return a, fault.New(fault.Malformed, "bad-query", "The part of the address after the question mark cannot be read.")
	}
	for _, name := range []string{"window", "theme", "lang", "width", "embed"} {
		if len(v[name]) > 1 {
			return a, fault.New(fault.Invalid, "repeated-parameter", "%s stands there twice; leave one of them out.", name)
		}
	}
	a.window = slices.Index(windowNames(), defaultWindow)
	if v.Has("window") {
		if a.window = slices.Index(windowNames(), v.Get("window")); a.window < 0 {
			return a, fault.New(fault.Invalid, "bad-window", "window must be one of %s.", strings.Join(windowNames(), ", "))
		}
	}
	if v.Has("embed") && v.Get("embed") != "1" {
		return a, fault.New(fault.Invalid, "bad-embed", "embed must be 1, or left out.")
	}
	a.embed = v.Has("embed")
	a.Options, err = parseOptions(v, "")
	if a.Lang == "" {
		a.Lang = Match("", c.Get(fiber.HeaderAcceptLanguage))
	}
	a.Window = Windows[a.window].Length
	return a, err
}

// parseOptions reads theme, width and lang as every render takes them, and
// takes the paper from those that have one.
func parseOptions(v url.Values, page string) (o Options, err error) {
	o = Options{Theme: Theme(v.Get("theme")), Page: page, Lang: v.Get("lang")}
	if v.Has("theme") && o.Theme == Auto {
		o.Theme = "unknown"
	}
	if v.Has("lang") && o.Lang == "" {
		o.Lang = "unknown"
	}
	if v.Has("width") {
		if o.Width, err = strconv.Atoi(v.Get("width")); err != nil || o.Width == 0 {
			o.Width = -1
		}
	}
	return o, o.check()
}

// query writes the parameters again, with another window or language.
func (a asked) query(window int, lang string) string {
	q := url.Values{"window": {Windows[window].Name}, "lang": {lang}}
	if a.Theme != Auto {
		q.Set("theme", string(a.Theme))
	}
	if a.Width != 0 {
		q.Set("width", strconv.Itoa(a.Width))
	}
	if a.embed {
		q.Set("embed", "1")
	}
	return "?" + q.Encode()
}

// Get answers the page of a share.
func (h PageHTTP) Get(c *fiber.Ctx) error {
	ws, sh, r, err := h.Maps.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	a, err := ask(c)
	if err != nil {
		return err
	}
	d, err := h.page(c.UserContext(), ws, sh, r, a)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src "+d.style+"; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "+Frames(a.embed))
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptLanguage)
	c.Set("X-Robots-Tag", "noindex, nofollow")
	return rest.File(c, fiber.MIMETextHTMLCharsetUTF8, d.body)
}

// Frames gives who may frame a shared page: everybody where that was asked for.
func Frames(embed bool) string {
	if embed {
		return "*"
	}
	return "'none'"
}

func (h PageHTTP) page(ctx context.Context, ws ident.Workspace, sh mapping.Share, r mapping.Record, a asked) (drawn, error) {
	key := scoresKey{ws, sh.Map, r.Version, a.window}
	return h.Cache.pages.get(ctx, pageKey{key, a.Theme, a.Lang, a.Width, a.embed}, h.Now, func() (drawn, int, error) {
		s, err := h.Cache.scores.get(ctx, key, h.Now, func() (mapping.Snapshot, int, error) {
			s, err := h.snapshot(ctx, ws, r, a.Window)
			return s, 4*len(r.Document) + len(s.Scores.Stages)<<12, err
		})
		if err != nil {
			return drawn{}, 0, err
		}
		d, err := a.draw(s)
		return d, len(d.body), err
	})
}

// snapshot scores the map. Windows end on the next whole hour, so that they
// move while answers come in and no two of them can be subtracted at will.
func (h PageHTTP) snapshot(ctx context.Context, ws ident.Workspace, r mapping.Record, window time.Duration) (mapping.Snapshot, error) {
	to := when.Of(h.Now().Truncate(time.Hour).Add(time.Hour))
	from := to.Add(-window)
	return h.Scores.Score(ctx, ws, r, mapping.Query{From: &from, To: &to, Changes: true})
}

func (a asked) draw(s mapping.Snapshot) (drawn, error) {
	v := NewView(s.Document, s.Scores, a.Options)
	var c choices
	for i, w := range Windows {
		c.Windows = append(c.Windows, link{Words: v.Words.window(s.Scores.From, s.Scores.To, w.Length), Href: a.query(i, a.Lang), Current: i == a.window})
	}
	for _, lang := range Languages() {
		c.Languages = append(c.Languages, link{Words: endonyms[lang], Href: a.query(a.window, lang), Lang: lang, Current: lang == v.Lang})
	}
	body, style, err := HTML(v, a.Options, &c)
	if err != nil {
		return drawn{}, fault.Wrap(err, fault.Internal, "render", "The map cannot be drawn.")
	}
	return drawn{body, style}, nil
}

// Script answers the script of the page.
func (h PageHTTP) Script(c *fiber.Ctx) error {
	err := rest.File(c, "text/javascript; charset=utf-8", LiveScript)
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return err
}
