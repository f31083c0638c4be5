package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
)

// problem is an RFC 9457 problem.
type problem struct {
	Type   string        `json:"type"`
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail"`
	Errors []fault.Field `json:"errors,omitzero"`
}

var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Malformed:       http.StatusBadRequest,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Denied:          http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Unconditional:   http.StatusPreconditionRequired,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.TooSlow:         http.StatusRequestTimeout,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// line gives the status and the problem of a refused line of a batch, and
// counts it like a refused request.
func (s *Server) line(err error) (int, any) {
	p := problemOf(err)
	s.metrics.refused(p.Status, slugOf(err))
	return p.Status, p
}

// problemOf turns a failure into the problem to answer. What is not a fault
// is told as an internal error and nothing more.
func problemOf(err error) problem {
	status := statuses[fault.KindOf(err)]
	p := problem{Type: "about:blank", Status: status, Title: http.StatusText(status)}
	var e *fault.Error
	var fe *fiber.Error
	switch {
	case errors.As(err, &e):
		p.Type, p.Detail, p.Errors = "/docs#"+e.Slug, e.Detail, e.Fields
		if e.Kind == fault.Internal {
			p.Type, p.Detail = "about:blank", "Something went wrong on our side."
		}
	case errors.As(err, &fe):
		// Fiber's own: no such route, method not allowed, body too large, …
		p.Status, p.Title = fe.Code, http.StatusText(fe.Code)
		switch fe.Code {
		case http.StatusNotFound:
			return problemOf(fault.NotFoundError())
		case http.StatusRequestEntityTooLarge:
			return problemOf(fault.New(fault.TooLarge, "body-too-large", "The body is larger than this route takes."))
		}
		p.Detail = "The request cannot be served."
	case status == http.StatusServiceUnavailable:
		p.Detail = "It took too long; try again."
	default:
		p.Detail = "Something went wrong on our side."
	}
	return p
}

// fail writes the problem of a failure; it is Fiber's ErrorHandler.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	s.metrics.refused(p.Status, slugOf(err))
	// Bad Gateway is Fiber's word for a connection that ended in its head.
	if p.Status >= 500 && !errors.Is(err, fiber.ErrBadGateway) {
		s.Log.Error("request failed", "request", c.GetRespHeader(fiber.HeaderXRequestID), "method", c.Method(), "route", c.Route().Path, "error", err)
	}
	var e *fault.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="waymark"`)
	}
	if how, is := c.Locals(pageKey).(sorry); is {
		c.Response().ResetBody()
		return s.failed(c, how, err, p)
	}
	b, jerr := json.Marshal(p, json.Deterministic(true))
	if jerr != nil {
		return jerr
	}
	c.Response().ResetBody()
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(p.Status).Send(b)
}

func slugOf(err error) string {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.Slug
	}
	return "other"
}
