package link

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// HTTP answers /v1/surveys/{survey}/links and …/preview. Links begin with
// BaseURL, never with what a request's Host says.
type HTTP struct {
	*Service
	BaseURL string
}

// shown is a link as lists show it, without what leads there.
type shown struct {
	ID           string            `json:"id"`
	Label        string            `json:"label"`
	SingleUse    bool              `json:"single_use"`
	MaxResponses *int              `json:"max_responses"`
	ExpiresAt    *when.Time        `json:"expires_at"`
	Properties   map[string]string `json:"properties"`
	Language     *string           `json:"language"`
	OneClick     bool              `json:"one_click"`
	Kiosk        bool              `json:"kiosk"`
	CreatedAt    when.Time         `json:"created_at"`
	CreatedBy    string            `json:"created_by"`
}

// made is what the author of a link gets, once.
type made struct {
	shown
	URL string `json:"url"`
	QR  string `json:"qr"` // an SVG; a PNG lies beside it
}

// previewed is what the author of a preview gets, once.
type previewed struct {
	URL       string    `json:"url"`
	ExpiresAt when.Time `json:"expires_at"`
}

func show(l Link) shown {
	s := shown{l.ID, l.Label, l.SingleUse, l.MaxResponses, l.ExpiresAt, l.Properties, nil, l.OneClick, l.Kiosk, l.CreatedAt, l.CreatedBy}
	if s.Properties == nil {
		s.Properties = map[string]string{}
	}
	if l.Language != "" {
		s.Language = &l.Language
	}
	return s
}

// param gives a parameter of the path, copied: Fiber reuses its memory, while a
// write that was given up may still be under way.
func param(c *fiber.Ctx, name string) string { return strings.Clone(c.Params(name)) }

func (h HTTP) url(token string) string { return strings.TrimSuffix(h.BaseURL, "/") + "/s/" + token }

func place(survey string, l Link) string { return "/v1/surveys/" + survey + "/links/" + l.ID }

// Create makes a link and answers where it leads, once.
func (h HTTP) Create(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	var q Request
	if err := rest.JSON(c, &q); err != nil {
		return err
	}
	survey := param(c, "survey")
	id, _ := rest.NewID(c, "lnk")
	token := rest.NewToken(c)
	l, err := h.Make(c.UserContext(), rest.Actor(c), survey, id, token, q)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return rest.Created(c, place(survey, l), 0, made{show(l), h.url(token), h.url(token) + "/qr.svg"})
}

// CreatePreview makes a link to the newest definition, for a day.
func (h HTTP) CreatePreview(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	survey := param(c, "survey")
	id, _ := rest.NewID(c, "lnk")
	token := rest.NewToken(c)
	l, err := h.Preview(c.UserContext(), rest.Actor(c), survey, id, token)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return rest.Created(c, place(survey, l), 0, previewed{h.url(token), *l.ExpiresAt})
}

// List lists the links that were not revoked, without where they lead.
func (h HTTP) List(c *fiber.Ctx) error {
	q, err := rest.Query(c, "limit", "cursor")
	if err != nil {
		return err
	}
	p, err := rest.Page(q)
	if err != nil {
		return err
	}
	list, next, err := h.Service.List(c.UserContext(), rest.Actor(c).Workspace, param(c, "survey"), p)
	if err != nil {
		return err
	}
	data := make([]shown, len(list))
	for i, l := range list {
		data[i] = show(l)
	}
	return rest.List(c, q, data, next)
}

// Delete revokes a link.
func (h HTTP) Delete(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	if err := h.Revoke(c.UserContext(), rest.Actor(c).Workspace, param(c, "survey"), param(c, "link")); err != nil {
		return err
	}
	return rest.Deleted(c)
}
