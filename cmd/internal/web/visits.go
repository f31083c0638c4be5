package web

import (
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// What one network may ask of survey pages in a minute, api.md §8: behind one
// address stand offices and schools, and every step of a survey is one request.
// What may come by one link is for its whole crowd, a full stadium even, and
// bounds what many networks together can do to it.
const (
	maxLooks = 1200
	maxHands = 600
	maxLink  = 6000
)

// look bounds how often a network opens survey pages.
func (s *Server) look(c *fiber.Ctx) error {
	if s.seen(&s.looks, network(s.peer(c))) {
		return tooMany()
	}
	return c.Next()
}

// hand bounds how often a network hands answers in, and how often that is done
// by one link.
func (s *Server) hand(c *fiber.Ctx) error {
	if s.seen(&s.hands, network(s.peer(c))) || s.seen(&s.crowds, ident.Hash(ident.PurposeSurvey, c.Params("token"))) {
		return tooMany()
	}
	return c.Next()
}

func (s *Server) seen(g *guesses, who string) (over bool) {
	return g.note(who, s.Now()) && !s.NoLimit
}

func tooMany() error {
	return &fault.Error{Kind: fault.TooMany, Slug: "too-many-requests", Detail: "Too many requests came from this address, or by this link.", RetryAfter: guessWindow}
}
