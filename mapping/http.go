package mapping

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
)

// HTTP answers /v1/maps.
type HTTP struct{ *Service }

// Shown gives a map as the API answers it.
func Shown(r Record) jsontext.Value {
	return rest.Extend(r.Document, "id", r.ID, "version", r.Version, "created_at", r.CreatedAt, "updated_at", r.UpdatedAt, "updated_by", r.UpdatedBy)
}

// Create stores a map.
func (h HTTP) Create(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	body, err := rest.Body(c, rest.MaxBody, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	id, derived := rest.NewID(c, "map")
	r, err := h.Service.Create(c.UserContext(), rest.Actor(c), id, derived, body)
	if err != nil {
		return err
	}
	return rest.Created(c, "/v1/maps/"+r.ID, r.Version, Shown(r))
}

// List lists maps, newest first.
func (h HTTP) List(c *fiber.Ctx) error {
	q, err := rest.Query(c, "limit", "cursor")
	if err != nil {
		return err
	}
	p, err := rest.Page(q)
	if err != nil {
		return err
	}
	size := func(r Record) (ident.Cursor, int) { return ident.Cursor{Seq: r.Seq, ID: r.ID}, len(r.Document) }
	rs, next, err := ident.Gather(p, size, func(p ident.Page) ([]Record, ident.Cursor, error) {
		return h.Store.List(c.UserContext(), rest.Actor(c).Workspace, p)
	})
	if err != nil {
		return err
	}
	data := make([]jsontext.Value, len(rs))
	for i, r := range rs {
		data[i] = Shown(r)
	}
	return rest.List(c, q, data, next)
}

// Get answers a map.
func (h HTTP) Get(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	r, err := h.Service.Get(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"))
	if err != nil {
		return err
	}
	return rest.OK(c, r.Version, Shown(r))
}

// Put replaces a map.
func (h HTTP) Put(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	ctx, a, id := c.UserContext(), rest.Actor(c), c.Params("map")
	if _, err := h.Service.Get(ctx, a.Workspace, id); err != nil { // 404 comes before 428
		return err
	}
	version, err := rest.IfMatch(c)
	if err != nil {
		return err
	}
	body, err := rest.Body(c, rest.MaxBody, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	r, err := h.Service.Put(ctx, a, id, version, body)
	if err != nil {
		return err
	}
	return rest.OK(c, r.Version, Shown(r))
}

// Delete removes a map without surveys.
func (h HTTP) Delete(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	if err := h.Service.Delete(c.UserContext(), rest.Actor(c).Workspace, c.Params("map")); err != nil {
		return err
	}
	return rest.Deleted(c)
}

func number(c *fiber.Ctx) (int64, error) {
	n, err := strconv.ParseInt(c.Params("n"), 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != c.Params("n") { // each version has one address
		return 0, fault.NotFoundError()
	}
	return n, nil
}

// Version answers one version of a map.
func (h HTTP) Version(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	r, err := h.Service.Version(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"), n)
	if err != nil {
		return err
	}
	return rest.OK(c, r.Version, Shown(r))
}

// Restore makes an earlier version the newest.
func (h HTTP) Restore(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	ctx, a, id := c.UserContext(), rest.Actor(c), c.Params("map")
	if _, err := h.Service.Version(ctx, a.Workspace, id, n); err != nil {
		return err
	}
	based, err := rest.IfMatch(c)
	if err != nil {
		return err
	}
	r, err := h.Service.Restore(ctx, a, id, n, based)
	if err != nil {
		return err
	}
	return rest.OK(c, r.Version, Shown(r))
}

// Versions lists a map's history, newest first.
func (h HTTP) Versions(c *fiber.Ctx) error {
	q, err := rest.Query(c, "limit", "cursor")
	if err != nil {
		return err
	}
	p, err := rest.Page(q)
	if err != nil {
		return err
	}
	list, next, err := h.Service.Versions(c.UserContext(), rest.Actor(c).Workspace, c.Params("map"), p)
	if err != nil {
		return err
	}
	return rest.List(c, q, list, next)
}
