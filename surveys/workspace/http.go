package workspace

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// HTTP answers /v1/settings. Package web mounts the handlers and checks the
// scope: reading needs read, replacing admin.
type HTTP struct{ *Service }

// settingsView is a settings document with the read-only keys.
type settingsView struct {
	Document  jsontext.Value `json:",embed"`
	Version   int64          `json:"version"`
	CreatedAt when.Time      `json:"created_at"`
	UpdatedAt when.Time      `json:"updated_at"`
	UpdatedBy *string        `json:"updated_by"` // null for the defaults: nobody set them
}

func viewSettings(r SettingsRecord) settingsView {
	v := settingsView{Document: r.Document, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
	if r.UpdatedBy != "" {
		v.UpdatedBy = &r.UpdatedBy
	}
	return v
}

// Get answers GET /v1/settings.
func (h HTTP) Get(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	_, r, err := h.Settings(c.UserContext(), rest.Actor(c).Workspace)
	if err != nil {
		return err
	}
	return rest.OK(c, r.Version, viewSettings(r))
}

// Put answers PUT /v1/settings; If-Match is needed.
func (h HTTP) Put(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	based, err := rest.IfMatch(c)
	if err != nil {
		return err
	}
	doc, err := rest.Body(c, rest.MaxBody, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	r, err := h.PutSettings(c.UserContext(), rest.Actor(c), doc, based)
	if err != nil {
		return err
	}
	return rest.OK(c, r.Version, viewSettings(r))
}
