package rest

import (
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/strict"
)

// Limits of bodies in bytes, api.md §1.
const (
	MaxBody   = 2 << 20
	MaxAnswer = 256 << 10
)

const actorKey = "waymark.actor"

// SetActor notes who acts; web calls it once a request is authenticated.
func SetActor(c *fiber.Ctx, a ident.Actor) { c.Locals(actorKey, a) }

// Actor tells who acts. Without authentication its workspace is empty, and
// every store fails closed.
func Actor(c *fiber.Ctx) ident.Actor {
	a, _ := c.Locals(actorKey).(ident.Actor)
	return a
}

// Body gives a copy of the raw body, at most limit bytes, of one of the media
// types. Encoded bodies are refused: inflating them is how a small request
// becomes a large one.
func Body(c *fiber.Ctx, limit int, types ...string) ([]byte, error) {
	if enc := c.Get(fiber.HeaderContentEncoding); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, fault.New(fault.Unsupported, "encoded-body", "Send the body without Content-Encoding.")
	}
	mt, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || !slices.Contains(types, mt) {
		return nil, fault.New(fault.Unsupported, "content-type", "Send the body as %s.", strings.Join(types, " or "))
	}
	raw := c.Request().Body() // not c.Body(), which inflates
	if len(raw) > limit {
		return nil, fault.New(fault.TooLarge, "body-too-large", "The body is larger than %d bytes.", limit)
	}
	return append([]byte(nil), raw...), nil
}

// JSON reads the body as JSON of at most MaxBody bytes into v.
func JSON(c *fiber.Ctx, v any) error {
	b, err := Body(c, MaxBody, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	return strict.Decode(b, v)
}

// Query gives the query's parameters; one that is not among the allowed
// names, or is empty, is Malformed: a filter that a script forgot to fill must
// not list everything. A name that ends in "*" may be repeated. Text that no
// store and no drawing can hold is Invalid.
func Query(c *fiber.Ctx, allowed ...string) (url.Values, error) {
	q, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, fault.New(fault.Malformed, "bad-query", "The query cannot be read.")
	}
	for name, values := range q {
		many := slices.Contains(allowed, name+"*")
		if !many && !slices.Contains(allowed, name) {
			return nil, fault.New(fault.Malformed, "unknown-parameter", "The query parameter %q is not known here.", clip(name))
		}
		if !many && len(values) > 1 {
			return nil, fault.New(fault.Malformed, "repeated-parameter", "The query parameter %q stands there twice.", name)
		}
		for _, v := range values {
			if v == "" {
				return nil, fault.New(fault.Malformed, "empty-parameter", "The query parameter %q is empty; leave it out.", name)
			}
			if !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 {
				return nil, fault.New(fault.Invalid, "bad-parameter", "The query parameter %q is not valid UTF-8 or has a NUL character.", name)
			}
		}
	}
	return q, nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// Page reads limit and cursor.
func Page(q url.Values) (ident.Page, error) {
	p := ident.Page{Limit: ident.UsualPage}
	if s := q.Get("limit"); s != "" || q.Has("limit") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > ident.MaxPage {
			return p, fault.New(fault.Malformed, "bad-limit", "limit must be a whole number from 1 to %d.", ident.MaxPage)
		}
		p.Limit = n
	}
	if s := q.Get("cursor"); s != "" || q.Has("cursor") {
		cur, err := ident.ParseCursor(s)
		if err != nil {
			return p, err
		}
		p.Cursor = cur
	}
	return p, nil
}

// IfMatch reads the version that a PUT is based on. A missing header is
// Unconditional. "*" and weak tags never match: they name no version.
func IfMatch(c *fiber.Ctx) (int64, error) {
	h := c.Get(fiber.HeaderIfMatch)
	if h == "" {
		return 0, fault.New(fault.Unconditional, "if-match-missing", "Send If-Match with the ETag that you read.")
	}
	for part := range strings.SplitSeq(h, ",") {
		part = strings.TrimSpace(part)
		if s, ok := strings.CutPrefix(part, `"`); ok && strings.HasSuffix(s, `"`) && len(s) > 1 {
			if n, err := strconv.ParseInt(strings.TrimSuffix(s, `"`), 10, 64); err == nil && n > 0 && Tag(n) == part {
				return n, nil
			}
		}
	}
	return 0, fault.New(fault.Stale, "stale", "If-Match names no version; send the ETag as it was read, with its quotation marks, like \"3\".")
}

// StaleError is what a PUT based on another version answers.
func StaleError() error {
	return fault.New(fault.Stale, "stale", "If-Match names another version; read the thing again and repeat the change.")
}
