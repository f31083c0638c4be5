package web

import (
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
)

func TestAPostWithoutAKeyKeepsNoIdempotencyRecord(t *testing.T) {
	s := &Server{}
	app := fiber.New()
	app.Post("/x", s.chain(route{method: "POST", path: "/x", handle: func(c *fiber.Ctx) error { return c.SendStatus(201) }})...)
	req := httptest.NewRequest("POST", "/x", nil)
	req.Header.Set("Idempotency-Key", "k")
	res, err := app.Test(req)
	if err != nil || res.StatusCode != 201 {
		t.Fatal(res, err)
	}
}
