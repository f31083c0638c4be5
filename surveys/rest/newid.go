package rest

import (
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/ident"
)

const (
	newIDKey    = "waymark.newid"
	newTokenKey = "waymark.newtoken"
)

// SetNewID hands in how this request's new ids are derived: the idempotency
// of web does, so that a repeat makes the same thing.
func SetNewID(c *fiber.Ctx, derive func(prefix string) string) { c.Locals(newIDKey, derive) }

// NewID gives the id of what this request makes, and whether it was derived,
// in which case an existing thing of that id is this request's own.
func NewID(c *fiber.Ctx, prefix string) (id string, derived bool) {
	if f, ok := c.Locals(newIDKey).(func(string) string); ok {
		return f(prefix), true
	}
	return ident.New(prefix), false
}

// SetNewToken hands in how this request's secret is derived. An answer that
// tells one is never recorded: it is made again for a repeat.
func SetNewToken(c *fiber.Ctx, derive func() string) { c.Locals(newTokenKey, derive) }

// NewToken gives the secret of what this request makes, for its answer alone.
func NewToken(c *fiber.Ctx) string {
	f, ok := c.Locals(newTokenKey).(func() string)
	if !ok {
		return ident.NewToken()
	}
	c.Locals(newTokenKey, nil)
	return f()
}

// TellsSecret reports whether the request took a secret that was derived.
func TellsSecret(c *fiber.Ctx) bool { return c.Locals(newTokenKey) == nil }
