package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/prometheus/client_golang/prometheus"

	"waymark/mapping"
	"waymark/responses"
	"waymark/responses/page"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/idempotency"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/rest"
	"waymark/surveys/workspace"
)

// Server is the HTTP server. Its fields are set before Handler is called.
type Server struct {
	Workspaces  *workspace.Service
	Surveys     *surveys.Service
	Files       *files.Service
	Links       *link.Service
	Responses   *responses.Service
	Pages       *page.Service
	Maps        *mapping.Service
	Scores      *mapping.ScoresService
	BaseURL     string // scheme://host of the links that people get
	Idempotency *idempotency.Service
	// Ready reports what is down: an error for the store, names for what is
	// only degraded.
	Ready   func(ctx context.Context) (degraded []string, err error)
	Gauges  func() Gauges        // figures of the store and the queue, for /metrics
	Lag     prometheus.Collector // NewLag's, where this process may roll up
	Now     func() time.Time
	Log     *slog.Logger
	NoLimit bool           // rate limits are off, for tests on loopback
	Proxies []netip.Prefix // whose X-Forwarded-For is believed

	patience patience
	streamed []string // paths whose handlers read the body themselves
	metrics  metrics
	guesses  guesses // of keys
	links    guesses // of the tokens in links
	looks    guesses // at survey pages
	hands    guesses // handed in there
	crowds   guesses // by link
	uploads  uploads
	conns    conns
	app      *fiber.App
	// described is the table that the description of the API is made from.
	described []route
}

// requestTime bounds one request; the slow ones (batch, export) set their own.
const requestTime = 30 * time.Second

// Handler sets Fiber up.
func (s *Server) Handler() *fiber.App {
	p := s.patience.orDefaults()
	s.conns.most = room(descriptors())
	app := fiber.New(fiber.Config{
		Immutable:             true, // strings of a request outlive it
		DisableStartupMessage: true,
		StrictRouting:         true,
		CaseSensitive:         true,
		StreamRequestBody:     true, // for batch; the others are read whole below
		BodyLimit:             rest.MaxBody,
		// Else a form would be taken in, onto the disk, before anybody is asked for a key.
		DisablePreParseMultipartForm: true,

		ReadTimeout:    p.header, // guard sets that of the body
		WriteTimeout:   p.answer,
		IdleTimeout:    60 * time.Second,
		ReadBufferSize: 16 << 10,     // headers
		Concurrency:    4 * maxConns, // never reached: room bounds connections, and those closed take a moment to end
		ErrorHandler:   s.fail,
		ServerHeader:   "",
	})
	s.looks.most, s.hands.most, s.crowds.most = maxLooks, maxHands, maxLink
	s.metrics.init()
	app.Use(s.metrics.count, s.prepare, recover.New())
	s.routes(app)
	app.Use(func(*fiber.Ctx) error { return fault.NotFoundError() })
	s.guard(app)
	app.Server().ConnState = changed
	app.Server().CloseOnShutdown = true // the last answer says that the connection ends
	s.app = app
	return app
}

// prepare gives every request an id, a deadline and safe headers.
func (s *Server) prepare(c *fiber.Ctx) error {
	safeHeaders(c)
	ctx, cancel := context.WithTimeout(context.Background(), requestTime)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

func safeHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderXRequestID, strings.TrimPrefix(ident.New("req"), "req_"))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	c.Set(fiber.HeaderCacheControl, "no-store")
}

// whole reads the body of a route that does not stream, up to its limit: with
// StreamRequestBody the server itself refuses nothing.
func whole(limit int) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Request().IsBodyStream() {
			if n := c.Request().Header.ContentLength(); n > limit {
				c.Context().SetConnectionClose()
				return fault.New(fault.TooLarge, "body-too-large", "The body is larger than %d bytes.", limit)
			}
			b, err := readAll(c.Context().RequestBodyStream(), limit)
			if err != nil {
				c.Context().SetConnectionClose()
				return err
			}
			c.Request().SetBodyRaw(b)
		}
		return c.Next()
	}
}

// bearer gives the key that a request carries. The scheme's case is free, and
// so is the number of spaces, RFC 9110 §11.4.
func bearer(c *fiber.Ctx) (key string, ok bool) {
	scheme, key, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	return strings.TrimLeft(key, " "), ok && strings.EqualFold(scheme, "Bearer")
}

// need authenticates and demands a scope. Where several are given one suffices.
func (s *Server) need(scopes ...ident.Scope) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, ok := bearer(c)
		if !ok {
			return fault.New(fault.Unauthenticated, "unauthenticated", "Send a key as Authorization: Bearer wm_….")
		}
		a, err := s.Workspaces.Authenticate(c.UserContext(), key)
		if fault.Is(err, fault.Unauthenticated) {
			return s.guessed(c, &s.guesses, "keys", err)
		}
		if err != nil {
			return err
		}
		for _, sc := range scopes {
			if a.Scope.Contains(sc) {
				rest.SetActor(c, a)
				return c.Next()
			}
		}
		return fault.New(fault.Denied, "scope", "The key's scope is %q; this needs %q.", a.Scope, scopes[0])
	}
}

// Listen serves on addr until Shutdown and tells ready the address it got.
func (s *Server) Listen(addr string, ready func(net.Addr)) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", addr, err)
	}
	ready(ln.Addr())
	return s.app.Listener(listener{ln, &s.conns})
}

// stopPause lets a request that is on its way arrive before a stop gives its
// connection up.
const stopPause = 300 * time.Millisecond

// Shutdown ends taking requests and waits for those that run, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- s.app.ShutdownWithContext(ctx) }()
	t := time.NewTicker(stopPause)
	defer t.Stop()
	for {
		select {
		case err := <-ended:
			if n := s.conns.giveUp(); errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("stopping: %d requests still ran and were cut off", n)
			}
			return err
		case <-t.C:
			s.conns.giveUp()
		}
	}
}
