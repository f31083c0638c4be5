package web

import (
	"embed"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"waymark/cmd/internal/web/docs"
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
	"waymark/surveys/rest"
)

// answers are what the examples of operations got from a server: OPERATION.STATUS.EXT.
// A test runs the examples again and compares; with -update it writes them.
//
//go:embed examples
var answers embed.FS

// sample gives the recorded answer of an operation's example.
func sample(operation string) *openapi.Sampled {
	entries, err := answers.ReadDir("examples")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		parts := strings.Split(e.Name(), ".")
		if len(parts) != 3 || parts[0] != operation {
			continue
		}
		status, err := strconv.Atoi(parts[1])
		body, rerr := answers.ReadFile(path.Join("examples", e.Name()))
		if err == nil && rerr == nil {
			return &openapi.Sampled{Status: status, Body: string(body)}
		}
	}
	return nil
}

// serveDocument answers the description of the whole API. It is made when it
// is first asked for: most processes never are.
func (s *Server) serveDocument() fiber.Handler {
	made := sync.OnceValues(func() ([]byte, error) {
		d, _ := document(s.described, "/", domains()) // a test refuses faults
		return d.JSON(sample)
	})
	return func(c *fiber.Ctx) error {
		body, err := made()
		if err != nil {
			return fault.Wrap(err, fault.Internal, "openapi", "The description cannot be written.")
		}
		return rest.File(c, fiber.MIMEApplicationJSON, body)
	}
}

// serveDocs answers the same description as a page.
func (s *Server) serveDocs() fiber.Handler {
	type written struct {
		body  []byte
		style string
	}
	made := sync.OnceValues(func() (w written, err error) {
		d, _ := document(s.described, "/", domains())
		w.body, w.style, err = docs.Page(d, strings.TrimSuffix(s.BaseURL, "/"), func(p openapi.Problem) int { return statuses[p.Kind] }, sample)
		return w, err
	})
	return func(c *fiber.Ctx) error {
		w, err := made()
		if err != nil {
			return fault.Wrap(err, fault.Internal, "docs", "The page cannot be written.")
		}
		c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src "+w.style+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		return rest.File(c, fiber.MIMETextHTMLCharsetUTF8, w.body)
	}
}
