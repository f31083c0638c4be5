package files

import (
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// HTTP answers /v1/files.
type HTTP struct{ *Service }

// MaxForm is how large the body of an upload may be.
const MaxForm = MaxBytes + rest.FormOverhead

// shown is a file as its upload answers it.
type shown struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Type      string    `json:"type"`
	Bytes     int       `json:"bytes"`
	Width     int       `json:"width,omitzero"`
	Height    int       `json:"height,omitzero"`
	CreatedAt when.Time `json:"created_at"`
	CreatedBy string    `json:"created_by"`
}

// Create stores the file of a form.
func (h HTTP) Create(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	parts, err := rest.Multipart(c, MaxForm)
	if err != nil {
		return err
	}
	if len(parts) != 1 || parts[0].Name != "file" {
		return fault.At(fault.Malformed, place, "The form needs one file, in a field of this name, and nothing else.")
	}
	a := rest.Actor(c)
	id, derived := rest.NewID(c, "fil")
	f, err := h.Put(c.UserContext(), a.Workspace, New{ID: id, Derived: derived, Name: parts[0].FileName, Use: Upload, By: a.Name}, parts[0].Body)
	if err != nil {
		return err
	}
	return rest.Created(c, "/v1/files/"+f.ID, 0, shown{f.ID, f.Name, f.Type, f.Bytes, f.Width, f.Height, f.CreatedAt, f.CreatedBy})
}

// Get answers a file, to be kept and not to be shown: it came from outside.
func (h HTTP) Get(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	f, body, err := h.Open(c.UserContext(), rest.Actor(c).Workspace, strings.Clone(c.Params("file")))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	if err := rest.File(c, f.Type, body); err != nil || c.Response().StatusCode() != fiber.StatusOK {
		return err
	}
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	return nil
}
