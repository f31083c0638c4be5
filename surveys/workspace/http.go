package workspace

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/rest"
)

// HTTP answers /v1/settings.
type HTTP struct{ *Service }

// Get answers the settings.
func (h HTTP) Get(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	_, rec, err := h.Settings(c.UserContext(), rest.Actor(c).Workspace)
	if err != nil {
		return err
	}
	return rest.OK(c, rec.Version, shown(rec))
}

// Put replaces the settings.
func (h HTTP) Put(c *fiber.Ctx) error {
	version, err := rest.IfMatch(c)
	if err != nil {
		return err
	}
	body, err := rest.Body(c, rest.MaxBody, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	rec, err := h.PutSettings(c.UserContext(), rest.Actor(c), body, version)
	if err != nil {
		return err
	}
	return rest.OK(c, rec.Version, shown(rec))
}

func shown(rec SettingsRecord) jsontext.Value {
	return rest.Extend(rec.Document, "version", rec.Version, "updated_at", rec.UpdatedAt, "updated_by", rec.UpdatedBy)
}
