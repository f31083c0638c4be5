package surveys

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
)

// HTTP answers /v1/surveys.
type HTTP struct{ *Service }

func shown(r Record) jsontext.Value {
	return rest.Extend(r.Newest(), "id", r.ID, "status", r.Shown(), "version", r.Number(),
		"created_at", r.CreatedAt, "updated_at", r.UpdatedAt, "updated_by", r.UpdatedBy)
}

// param gives the survey's id, copied: Fiber reuses its memory, while a write
// that was given up may still be under way.
func param(c *fiber.Ctx) string { return strings.Clone(c.Params("survey")) }

// plain refuses query parameters where there are none.
func plain(c *fiber.Ctx) error {
	_, err := rest.Query(c)
	return err
}

// Create stores a draft.
func (h HTTP) Create(c *fiber.Ctx) error {
	if err := plain(c); err != nil {
		return err
	}
	body, err := rest.Body(c, rest.MaxBody, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	id, derived := rest.NewID(c, "srv")
	r, err := h.Service.Create(c.UserContext(), rest.Actor(c), id, derived, body)
	if err != nil {
		return err
	}
	return rest.Created(c, "/v1/surveys/"+r.ID, r.Number(), shown(r))
}

// List lists surveys, newest first.
func (h HTTP) List(c *fiber.Ctx) error {
	q, err := rest.Query(c, "limit", "cursor", "map", "stage", "status")
	if err != nil {
		return err
	}
	p, err := rest.Page(q)
	if err != nil {
		return err
	}
	f := Filter{Map: q.Get("map"), Stage: q.Get("stage"), Status: Status(q.Get("status"))}
	switch f.Status {
	case "", Draft, Published, Closed:
	default:
		return fault.New(fault.Malformed, "bad-status", "status must be draft, published or closed.")
	}
	if q.Has("map") {
		// Only whether there is such a map is asked here, so a stage that it
		// has no more still lists what was bound to it.
		err := h.Stages.CheckBinding(c.UserContext(), rest.Actor(c).Workspace, Binding{Map: f.Map, Stage: f.Stage})
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
	}
	size := func(r Record) (ident.Cursor, int) { return ident.Cursor{Seq: r.Seq, ID: r.ID}, len(r.Newest()) }
	rs, next, err := ident.Gather(p, size, func(p ident.Page) ([]Record, ident.Cursor, error) {
		return h.Store.List(c.UserContext(), rest.Actor(c).Workspace, f, p)
	})
	if err != nil {
		return err
	}
	data := make([]jsontext.Value, len(rs))
	for i, r := range rs {
		data[i] = shown(r)
	}
	return rest.List(c, q, data, next)
}

// Get answers the draft if there is one, else what is published; ?version=N
// a published version.
func (h HTTP) Get(c *fiber.Ctx) error {
	q, err := rest.Query(c, "version")
	if err != nil {
		return err
	}
	ctx, ws, id := c.UserContext(), rest.Actor(c).Workspace, param(c)
	r, err := h.Store.Get(ctx, ws, id)
	if err != nil {
		return err
	}
	if q.Has("version") {
		n, err := strconv.ParseInt(q.Get("version"), 10, 64)
		if err != nil || n < 1 {
			return fault.New(fault.Malformed, "bad-version", "version must be a whole number from 1.")
		}
		v, err := h.Version(ctx, ws, id, n)
		if err != nil {
			return err
		}
		status := Published
		if r.Status == Closed {
			status = Closed
		}
		return rest.Write(c, fiber.StatusOK, rest.Extend(v.Document, "id", r.ID, "status", status, "version", v.Number,
			"created_at", r.CreatedAt, "updated_at", v.PublishedAt, "updated_by", v.PublishedBy))
	}
	if r.Shown() != Draft {
		// Publishing and closing keep the version, and so the tag: only a
		// draft's tag names one representation, so only it may answer 304.
		c.Request().Header.Del(fiber.HeaderIfNoneMatch)
	}
	return rest.OK(c, r.Number(), shown(r))
}

// Put replaces the definition by a new draft.
func (h HTTP) Put(c *fiber.Ctx) error {
	if err := plain(c); err != nil {
		return err
	}
	ctx, a, id := c.UserContext(), rest.Actor(c), param(c)
	if _, err := h.Store.Head(ctx, a.Workspace, id); err != nil { // 404 comes before 428
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
	return rest.OK(c, r.Number(), shown(r))
}

// Delete removes a survey without responses.
func (h HTTP) Delete(c *fiber.Ctx) error {
	if err := plain(c); err != nil {
		return err
	}
	if err := h.Service.Delete(c.UserContext(), rest.Actor(c), param(c)); err != nil {
		return err
	}
	return rest.Deleted(c)
}

// Publish freezes the draft.
func (h HTTP) Publish(c *fiber.Ctx) error {
	if err := plain(c); err != nil {
		return err
	}
	r, err := h.Service.Publish(c.UserContext(), rest.Actor(c), param(c))
	if err != nil {
		return err
	}
	return rest.OK(c, r.Number(), shown(r))
}

// Close ends taking answers.
func (h HTTP) Close(c *fiber.Ctx) error {
	if err := plain(c); err != nil {
		return err
	}
	r, err := h.Service.Close(c.UserContext(), rest.Actor(c), param(c))
	if err != nil {
		return err
	}
	return rest.OK(c, r.Number(), shown(r))
}
