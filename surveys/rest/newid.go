package rest

import (
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/ident"
)

const newIDKey = "waymark.newid"

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
