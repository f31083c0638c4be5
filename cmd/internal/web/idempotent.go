package web

import (
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/idempotency"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// idempotent replays the answer of a POST whose Idempotency-Key was seen
// before. Without the header it does nothing. Failures are not recorded: the
// repeat of a refused request may succeed once its cause is mended. Nor are
// answers that tell a secret: a repeat derives it again from the caller's key,
// so that the store never holds it. What is recorded is sealed with the
// caller's key, of which the store has only a hash.
func (s *Server) idempotent(c *fiber.Ctx) error {
	keys := c.Request().Header.PeekAll("Idempotency-Key")
	if len(keys) == 0 {
		return c.Next()
	}
	if len(keys) > 1 {
		return fault.New(fault.Malformed, "two-idempotency-keys", "Send one Idempotency-Key.")
	}
	key := string(keys[0])
	a := rest.Actor(c)
	rec, err := s.Idempotency.Begin(c.UserContext(), a.Workspace, a.KeyID+" "+c.Method()+" "+c.Path(), key, ident.Fingerprint(rest.Fingerprinted(c)), when.Of(s.Now()))
	if err != nil {
		return err
	}
	secret, _ := bearer(c)
	if rec.Answer != nil {
		return replay(c, rec, secret, *rec.Answer)
	}
	rest.SetNewID(c, rec.DerivedID)
	rest.SetNewToken(c, func() string { return ident.DeriveToken(secret, rec.DerivedID("tok")) })
	if err := c.Next(); err != nil {
		return err
	}
	if code := c.Response().StatusCode(); code >= 300 || rest.TellsSecret(c) {
		return nil
	}
	answer, err := rec.Seal(secret, idempotency.Answer{Status: c.Response().StatusCode(),
		Location: c.GetRespHeader(fiber.HeaderLocation), ETag: c.GetRespHeader(fiber.HeaderETag), Body: c.Response().Body()})
	if err == nil {
		answer, err = s.Idempotency.Finish(c.UserContext(), rec, answer)
	}
	if err != nil {
		if fault.Is(err, fault.Internal) {
			return err
		}
		return nil // done, only not recorded: the repeat finds what was made by its derived id
	}
	return replay(c, rec, secret, answer)
}

func replay(c *fiber.Ctx, rec idempotency.Record, secret string, a idempotency.Answer) error {
	a, err := rec.Open(secret, a)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{fiber.HeaderLocation: a.Location, fiber.HeaderETag: a.ETag} {
		if value != "" {
			c.Set(name, value)
		}
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(a.Status).Send(a.Body)
}
