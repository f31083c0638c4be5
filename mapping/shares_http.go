package mapping

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// SharesHTTP answers /v1/maps/{map}/shares. Links begin with BaseURL, never
// with what a request's Host says.
type SharesHTTP struct {
	*Service
	BaseURL string
}

// madeShare is what the author of a share gets, once.
type madeShare struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// shownShare is a share as lists show it, without its link.
type shownShare struct {
	ID        string     `json:"id"`
	Label     string     `json:"label"`
	Access    string     `json:"access"`
	ExpiresAt *when.Time `json:"expires_at"`
	CreatedAt when.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
}

// Create makes a share and answers its link, once.
func (h SharesHTTP) Create(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	var q ShareRequest
	if err := rest.JSON(c, &q); err != nil {
		return err
	}
	mapID := c.Params("map")
	id, _ := rest.NewID(c, "shr")
	token := rest.NewToken(c)
	sh, err := h.Share(c.UserContext(), rest.Actor(c), mapID, id, token, q)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return rest.Created(c, "/v1/maps/"+mapID+"/shares/"+sh.ID, 0, madeShare{sh.ID, strings.TrimSuffix(h.BaseURL, "/") + "/m/" + token})
}

// List lists the shares that hold, without their links.
func (h SharesHTTP) List(c *fiber.Ctx) error {
	q, err := rest.Query(c, "limit", "cursor")
	if err != nil {
		return err
	}
	p, err := rest.Page(q)
	if err != nil {
		return err
	}
	list, next, err := h.Shares(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"), p)
	if err != nil {
		return err
	}
	data := make([]shownShare, len(list))
	for i, sh := range list {
		data[i] = shownShare{sh.ID, sh.Label, sh.Access, sh.ExpiresAt, sh.CreatedAt, sh.CreatedBy}
	}
	return rest.List(c, q, data, next)
}

// Delete revokes a share.
func (h SharesHTTP) Delete(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	if err := h.Revoke(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"), c.Params("share")); err != nil {
		return err
	}
	return rest.Deleted(c)
}
