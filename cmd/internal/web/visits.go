package web

import (
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
)

// What one network may ask of survey pages in a minute, api.md §8: behind one
// address stand offices and schools, and every step of a survey is one request.
const (
	maxLooks = 1200
	maxHands = 600
)

// look bounds how often a network opens survey pages.
func (s *Server) look(c *fiber.Ctx) error { return s.visited(c, &s.looks) }

// hand bounds how often a network hands answers in.
func (s *Server) hand(c *fiber.Ctx) error { return s.visited(c, &s.hands) }

func (s *Server) visited(c *fiber.Ctx, g *guesses) error {
	if g.note(network(s.peer(c)), s.Now()) && !s.NoLimit {
		return &fault.Error{Kind: fault.TooMany, Slug: "too-many-requests", Detail: "Too many requests came from this address.", RetryAfter: guessWindow}
	}
	return c.Next()
}
