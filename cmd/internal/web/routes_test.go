package web

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
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

// Each handler reads the query before anything else, so none needs a service here.
func TestEveryRouteOfTheAPIRefusesWhatItDoesNotKnowInTheQuery(t *testing.T) {
	s := &Server{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	s.metrics.init()
	app := fiber.New(fiber.Config{ErrorHandler: s.fail})
	app.Use(recover.New())
	seen := 0
	for _, r := range s.table() {
		if !strings.HasPrefix(r.path, "/v1/") {
			continue // pages pass over what mailers add to links
		}
		app.Add(r.method, r.path, r.handle)
		for query, status := range map[string]int{"nope=1": 400, "id[$gt]=": 400, "survey=": 400, "%zz=1": 400} {
			res, err := app.Test(httptest.NewRequest(r.method, r.path+"?"+query, nil))
			if err != nil || res.StatusCode != status {
				t.Errorf("%s %s?%s: %v %v", r.method, r.path, query, res.StatusCode, err)
			}
		}
		seen++
	}
	if seen < 20 {
		t.Fatalf("only %d routes", seen)
	}
}
