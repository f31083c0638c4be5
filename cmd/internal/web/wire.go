package web

import (
	"bytes"
	"io"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"waymark/surveys/fault"
	"waymark/surveys/rest"
)

// patience is how long the other side may take; zero fields are the defaults.
type patience struct {
	header time.Duration // to send a request's head
	body   time.Duration // to send its body; a streamed one sets its own
	answer time.Duration // to take an answer; a streamed one sets its own
}

func (p patience) orDefaults() patience {
	for _, d := range []struct {
		field     *time.Duration
		otherwise time.Duration
	}{{&p.header, 10 * time.Second}, {&p.body, 30 * time.Second}, {&p.answer, 60 * time.Second}} {
		if *d.field == 0 {
			*d.field = d.otherwise
		}
	}
	return p
}

// streamPatience is what a streamed body may take until its handler sees its
// first bytes; from there on the handler demands a byte now and then.
const streamPatience = 60 * time.Second

// guard stands between the socket and Fiber and keeps both sides agreed on
// where a request ends.
func (s *Server) guard(app *fiber.App) {
	p, srv, next := s.patience.orDefaults(), app.Server(), app.Handler()
	srv.HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		path, _, _ := bytes.Cut(h.RequestURI(), []byte("?"))
		if slices.Contains(s.streamed, string(path)) {
			return fasthttp.RequestConfig{ReadTimeout: max(p.body, streamPatience)}
		}
		return fasthttp.RequestConfig{ReadTimeout: p.body}
	}
	srv.Handler = func(ctx *fasthttp.RequestCtx) {
		switch {
		case !begin(ctx.Conn()): // nobody would get the answer
			ctx.SetConnectionClose()
			return
		case ambiguous(ctx.Request.Header.RawHeaders()):
			ctx.SetConnectionClose()
			s.refuse(app, ctx, fault.New(fault.Malformed, "ambiguous-request", "The request's headers leave open where its body ends, or who sends it."))
			return
		case !slices.Contains(fiber.DefaultMethods, string(ctx.Method())): // Fiber answers those in its own words
			s.refuse(app, ctx, fault.NotFoundError())
		default:
			next(ctx)
		}
		finish(ctx)
	}
}

// refuse answers a request that never reaches a route.
func (s *Server) refuse(app *fiber.App, ctx *fasthttp.RequestCtx, err error) {
	c := app.AcquireCtx(ctx)
	defer app.ReleaseCtx(c)
	safeHeaders(c)
	_ = s.fail(c, err) // writes into memory
}

// A body that nobody wants may go on so long, pause so long and be so large:
// who sends more than is taken reads why only if the rest is read too. Closing
// before that resets the connection, and the answer is lost with it.
const (
	finishPatience = 5 * time.Second
	finishPause    = 500 * time.Millisecond
	finishBytes    = 16 << 20
)

// leftover reads what is left of a body, within the patience for it. The
// deadlines are the socket's, not ours to inject.
type leftover struct {
	ctx *fasthttp.RequestCtx
	end time.Time
}

func (l leftover) Read(b []byte) (int, error) {
	next := time.Now().Add(finishPause)
	if next.After(l.end) {
		next = l.end
	}
	if err := l.ctx.Conn().SetReadDeadline(next); err != nil {
		return 0, err
	}
	return l.ctx.RequestBodyStream().Read(b)
}

// finish reads what a handler left of the body. The server does not: what
// stands there would be taken for the next request of the connection, which
// may be another person's where a proxy shares it. A body that is too large
// to be read through, or does not come, costs the connection.
func finish(ctx *fasthttp.RequestCtx) {
	if !ctx.Request.IsBodyStream() || ctx.Response.IsBodyStream() { // a streamed answer reads its body itself
		return
	}
	if ctx.Request.Header.ContentLength() <= finishBytes {
		n, err := io.CopyN(io.Discard, leftover{ctx, time.Now().Add(finishPatience)}, finishBytes+1)
		if err == io.EOF && n <= rest.MaxBody {
			return
		}
	}
	ctx.SetConnectionClose()
}

// ambiguous finds heads that a proxy may read otherwise than we do: a space
// before the colon, two lengths of one body, a coding besides chunked, two
// keys.
func ambiguous(raw []byte) bool {
	lengths, codings, keys := 0, 0, 0
	for line := range bytes.Lines(raw) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || name[0] == ' ' || name[0] == '\t' { // the end, or a folded value
			continue
		}
		if c := name[len(name)-1]; c == ' ' || c == '\t' {
			return true
		}
		switch {
		case bytes.EqualFold(name, []byte(fiber.HeaderContentLength)):
			lengths++
		case bytes.EqualFold(name, []byte(fiber.HeaderAuthorization)):
			keys++
		case bytes.EqualFold(name, []byte(fiber.HeaderTransferEncoding)):
			codings++
			if !bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked")) {
				return true
			}
		}
	}
	return lengths+codings > 1 || keys > 1
}
