package responses

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
	"waymark/surveys/when"
)

// HTTP answers /v1/responses.
type HTTP struct {
	*Service
	// Problem turns a fault into what a refused line of a batch answers; web hands it in.
	Problem func(error) (status int, problem any)
}

// Create takes one response.
func (h HTTP) Create(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	body, err := rest.Body(c, rest.MaxAnswer, fiber.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	sub, err := ParseSubmission(body)
	if err != nil {
		return err
	}
	id, derived := rest.NewID(c, "rsp")
	t, err := h.Take(c.UserContext(), rest.Actor(c).Workspace, sub, id, Via{Channel: "api"})
	if err != nil {
		return err
	}
	if !t.Created && !derived {
		return rest.Write(c, fiber.StatusOK, t.Response.Receipt())
	}
	return rest.Created(c, "/v1/responses/"+t.Response.ID, 0, t.Response.Receipt())
}

func filterOf(q url.Values) (Filter, error) {
	f := Filter{Survey: q.Get("survey"), Map: q.Get("map"), Stage: q.Get("stage"), Status: Status(q.Get("status")), Respondent: q.Get("respondent"), Text: q.Get("q")}
	switch f.Status {
	case "", Counted, Partial, Suspect, Screened:
	default:
		return f, fault.New(fault.Malformed, "bad-status", "status must be counted, partial, suspect or screened.")
	}
	for name, to := range map[string]**when.Time{"from": &f.From, "to": &f.To} {
		if !q.Has(name) {
			continue
		}
		t, err := when.Parse(q.Get(name))
		if err != nil {
			return f, fault.New(fault.Malformed, "bad-time", "%s: %s.", name, err)
		}
		*to = &t
	}
	for _, s := range q["segment"] {
		name, value, ok := strings.Cut(s, ":")
		if !ok || name == "" {
			return f, fault.New(fault.Malformed, "bad-segment", "segment is written property:value.")
		}
		f.Segments = append(f.Segments, Segment{name, value})
	}
	return f, nil
}

var filterNames = []string{"survey", "map", "stage", "status", "respondent", "from", "to", "segment*", "q"}

// List lists responses, newest first.
func (h HTTP) List(c *fiber.Ctx) error {
	q, err := rest.Query(c, append([]string{"limit", "cursor"}, filterNames...)...)
	if err != nil {
		return err
	}
	p, err := rest.Page(q)
	if err != nil {
		return err
	}
	f, err := filterOf(q)
	if err != nil {
		return err
	}
	ctx, ws := c.UserContext(), rest.Actor(c).Workspace
	if err := h.known(ctx, ws, f); err != nil {
		return err
	}
	rs, next, err := h.Store.List(ctx, ws, f, p)
	if err != nil {
		return err
	}
	data := make([]Shown, len(rs))
	for i, r := range rs {
		data[i] = r.Show()
	}
	return rest.List(c, q, data, next)
}

// known answers an unknown survey in a filter like an unknown one in a path.
func (h HTTP) known(ctx context.Context, ws ident.Workspace, f Filter) error {
	if f.Survey == "" {
		return nil
	}
	_, err := h.Surveys.Head(ctx, ws, f.Survey)
	return err
}

// Get answers one response.
func (h HTTP) Get(c *fiber.Ctx) error {
	r, err := h.Service.Get(c.UserContext(), rest.Actor(c).Workspace, c.Params("response"))
	if err != nil {
		return err
	}
	return rest.Write(c, fiber.StatusOK, r.Show())
}

// Patch moves a response between counted and suspect.
func (h HTTP) Patch(c *fiber.Ctx) error {
	ctx, ws, id := c.UserContext(), rest.Actor(c).Workspace, c.Params("response")
	if _, err := h.Service.Get(ctx, ws, id); err != nil {
		return err
	}
	var body struct {
		Status Status `json:"status"`
	}
	if err := rest.JSON(c, &body); err != nil {
		return err
	}
	r, err := h.SetStatus(ctx, ws, id, body.Status)
	if err != nil {
		return err
	}
	return rest.Write(c, fiber.StatusOK, r.Show())
}

// Delete erases a response.
func (h HTTP) Delete(c *fiber.Ctx) error {
	if err := h.Service.Delete(c.UserContext(), rest.Actor(c).Workspace, c.Params("response")); err != nil {
		return err
	}
	return rest.Deleted(c)
}

// exportTime bounds one export: about 100 million rows.
const exportTime = 30 * time.Minute

// Export answers responses of one survey as CSV or NDJSON, streaming.
func (h HTTP) Export(format Format) fiber.Handler {
	return func(c *fiber.Ctx) error {
		q, err := rest.Query(c, filterNames...)
		if err != nil {
			return err
		}
		f, err := filterOf(q)
		if err != nil {
			return err
		}
		if f.Survey == "" {
			return fault.New(fault.Malformed, "survey-missing", "Name the survey: ?survey=srv_….")
		}
		ws := rest.Actor(c).Workspace
		head, err := h.Surveys.Head(c.UserContext(), ws, f.Survey)
		if err != nil {
			return err
		}
		var questions []string
		if head.Current > 0 {
			compiled, err := h.Surveys.Compiled(c.UserContext(), ws, f.Survey, head.Current)
			if err != nil {
				return err
			}
			questions = compiled.QuestionIDs()
		}
		c.Set(fiber.HeaderContentType, format.MediaType())
		c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="responses.%s"`, format))
		// The request's context ends with the handler; the stream goes on.
		base := context.WithoutCancel(c.UserContext())
		c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
			ctx, cancel := context.WithTimeout(base, exportTime)
			defer cancel()
			// The status is sent already: a fault can only cut the stream, which
			// the chunked encoding shows as unfinished.
			if err := Export(ctx, h.Store, ws, f, format, questions, w); err != nil {
				panic(err)
			}
		})
		return nil
	}
}

// Batch takes responses line by line while it answers line by line.
func (h HTTP) Batch(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	if enc := c.Get(fiber.HeaderContentEncoding); enc != "" && !strings.EqualFold(enc, "identity") {
		return fault.New(fault.Unsupported, "encoded-body", "Send the body without Content-Encoding.")
	}
	if mt, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";"); !strings.EqualFold(strings.TrimSpace(mt), "application/x-ndjson") {
		return fault.New(fault.Unsupported, "content-type", "Send the body as application/x-ndjson.")
	}
	var in io.Reader = c.Context().RequestBodyStream()
	if in == nil {
		in = strings.NewReader(string(c.Request().Body()))
	}
	ws := rest.Actor(c).Workspace
	base := context.WithoutCancel(c.UserContext())
	c.Set(fiber.HeaderContentType, "application/x-ndjson")
	r := h.batch(base, ws, in)
	c.Context().SetBodyStream(r, -1)
	return nil
}
