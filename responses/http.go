package responses

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/url"
	"os"
	"slices"
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
	// Silence is how long a batch may come without a byte; 0 means 60 s.
	Silence time.Duration
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
	// A derived id that exists is this request's own; a sender's is a repeat.
	if !t.Created && (!derived || sub.ID != nil) {
		return rest.Write(c, fiber.StatusOK, t.Response.Receipt())
	}
	return rest.Created(c, "/v1/responses/"+t.Response.ID, 0, t.Response.Receipt())
}

func filterOf(q url.Values) (Filter, error) {
	f := Filter{Survey: q.Get("survey"), Map: q.Get("map"), Stage: q.Get("stage"), Status: Status(q.Get("status")), Respondent: q.Get("respondent"), Text: q.Get("q")}
	if f.Status != "" && !slices.Contains(readable, f.Status) {
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
	if f.From != nil && f.To != nil && !f.From.Before(*f.To) {
		return f, fault.New(fault.Malformed, "bad-window", "from must be before to.")
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
	size := func(r Response) (ident.Cursor, int) { return ident.Cursor{Seq: r.Seq, ID: r.ID}, len(r.Answers) }
	rs, next, err := ident.Gather(p, size, func(p ident.Page) ([]Response, ident.Cursor, error) { return h.Store.List(ctx, ws, f, p) })
	if err != nil {
		return err
	}
	data := make([]Shown, len(rs))
	for i, r := range rs {
		data[i] = r.Show()
	}
	return rest.List(c, q, data, next)
}

// known answers an unknown survey or map in a filter like one in a path.
func (h HTTP) known(ctx context.Context, ws ident.Workspace, f Filter) error {
	if f.Map != "" && h.KnownMap != nil {
		if err := h.KnownMap(ctx, ws, f.Map); err != nil {
			return err
		}
	}
	if f.Survey == "" {
		return nil
	}
	_, err := h.Surveys.Head(ctx, ws, f.Survey)
	return err
}

// Get answers one response.
func (h HTTP) Get(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	r, err := h.Service.Get(c.UserContext(), rest.Actor(c).Workspace, c.Params("response"))
	if err != nil {
		return err
	}
	return rest.Write(c, fiber.StatusOK, r.Show())
}

// statusChange is the body of Patch.
type statusChange struct {
	Status Status `json:"status"`
}

// Patch moves a response between counted and suspect.
func (h HTTP) Patch(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	ctx, ws, id := c.UserContext(), rest.Actor(c).Workspace, c.Params("response")
	if _, err := h.Service.Get(ctx, ws, id); err != nil {
		return err
	}
	var body statusChange
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
	if _, err := rest.Query(c); err != nil {
		return err
	}
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
		if err := h.known(c.UserContext(), ws, f); err != nil {
			return err
		}
		questions, err := h.Surveys.QuestionIDs(c.UserContext(), ws, f.Survey)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, format.MediaType())
		c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="responses.%s"`, format))
		if c.Method() == fiber.MethodHead {
			// Without the stream: the server would end a body that it does not send.
			c.Response().Header.SetContentLength(-1)
			c.Response().SkipBody = true
			return nil
		}
		// The request's context ends with the handler; the stream goes on.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), exportTime)
		r, w := io.Pipe()
		go func() {
			defer cancel()
			// The status is sent already: a fault can only cut the stream, which
			// the chunked encoding shows as unfinished.
			_ = w.CloseWithError(Export(ctx, h.Store, ws, f, format, questions, w))
		}()
		c.Context().SetBodyStream(&pacedWriter{r, c.Context().Conn(), silence}, -1)
		return nil
	}
}

// silence is how long a batch or an export waits for the other side to move.
const silence = 60 * time.Second

func (h HTTP) silence() time.Duration {
	if h.Silence != 0 {
		return h.Silence
	}
	return silence
}

// pacedWriter gives the client a new span of time for every piece of a stream,
// and for the end that follows it, in place of one span for the whole answer.
// Closing it ends the writer.
type pacedWriter struct {
	io.ReadCloser
	conn    net.Conn
	silence time.Duration
}

func (p *pacedWriter) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	_ = p.conn.SetWriteDeadline(time.Now().Add(p.silence)) // the socket's clock, not ours
	return n, err
}

func (p *pacedWriter) Close() error {
	err := p.ReadCloser.Close()
	_ = p.conn.SetWriteDeadline(time.Now().Add(silence))
	return err
}

// pacedReader is a request's body that may take any time in all, but not
// without a byte. Each of its bytes shows too that the client is there, so one
// that sends for long before it reads is waited for as well.
type pacedReader struct {
	io.Reader
	conn    net.Conn
	silence time.Duration
}

func (p *pacedReader) Read(b []byte) (int, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(p.silence)) // the socket's clock, not ours
	n, err := p.Reader.Read(b)
	_ = p.conn.SetWriteDeadline(time.Now().Add(p.silence))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fault.New(fault.TooSlow, "too-slow", "Nothing came for %d seconds.", int(p.silence.Seconds()))
	}
	return n, err
}

// Batch takes responses line by line while it answers line by line. The
// answer begins with the first result, so that a body that never gets that
// far is a plain refusal.
func (h HTTP) Batch(c *fiber.Ctx) error {
	if _, err := rest.Query(c); err != nil {
		return err
	}
	if enc := c.Get(fiber.HeaderContentEncoding); enc != "" && !strings.EqualFold(enc, "identity") {
		return fault.New(fault.Unsupported, "encoded-body", "Send the body without Content-Encoding.")
	}
	if mt, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || mt != NDJSON.MediaType() {
		return fault.New(fault.Unsupported, "content-type", "Send the body as %s.", NDJSON.MediaType())
	}
	conn := c.Context().Conn()
	in := c.Context().RequestBodyStream()
	if in == nil {
		in = bytes.NewReader(c.Request().Body())
	}
	wait := h.silence()
	out := h.batch(context.WithoutCancel(c.UserContext()), rest.Actor(c).Workspace, &pacedReader{in, conn, wait})
	if err := out.begun(); err != nil {
		_ = out.Close()
		c.Context().SetConnectionClose() // what is left of the body is not read
		return err
	}
	c.Set(fiber.HeaderContentType, NDJSON.MediaType())
	c.Context().SetBodyStream(&pacedWriter{out, conn, wait}, -1)
	return nil
}
