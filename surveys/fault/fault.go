package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an Error is. Package web maps each to a status.
type Kind int

// The kinds. Internal is the zero value, so that an unknown error never
// passes for a harmless one.
const (
	Internal        Kind = iota
	Malformed            // not JSON, unknown key or parameter, wrong JSON type: the request cannot be read
	Invalid              // readable, but the rules refuse a value
	Unauthenticated      // no key or a wrong one
	Denied               // the key lacks the scope
	NotFound             // unknown, foreign, revoked and expired all look like this
	Conflict             // the state of the thing forbids it
	Gone                 // closed, used or erased
	Stale                // If-Match names another version
	Unconditional        // If-Match is missing
	TooLarge             // over a limit of size
	Unsupported          // content type or encoding that is not taken
	TooMany              // rate limited; RetryAfter is set
	TooSlow              // the client did not send in time
	Unavailable          // the store or the queue is down or full
)

// Field is one faulty place of a document.
type Field struct {
	// Pointer is an RFC 6901 pointer in its URI fragment form, "#/questions/2/type".
	Pointer string `json:"pointer"`
	// Detail says what is wrong and how to mend it.
	Detail string `json:"detail"`
}

// Error is a failure with everything that a caller may be told about it.
type Error struct {
	Kind       Kind
	Slug       string        // stable name, "survey-closed"
	Detail     string        // a sentence for people
	Fields     []Field       // faulty places, if any
	RetryAfter time.Duration // for TooMany and Unavailable; 0 means unknown
	Err        error         // the cause; for logs only
}

// Error joins the slug, the sentence and the cause, for logs.
func (e *Error) Error() string {
	s := e.Slug + ": " + e.Detail
	for _, f := range e.Fields {
		s += " [" + f.Pointer + " " + f.Detail + "]"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an Error; the detail is formatted as by fmt.Sprintf.
func New(kind Kind, slug, format string, args ...any) *Error {
	return &Error{Kind: kind, Slug: slug, Detail: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error that keeps its cause for the log.
func Wrap(err error, kind Kind, slug, format string, args ...any) *Error {
	e := New(kind, slug, format, args...)
	e.Err = err
	return e
}

// At makes an Error of one faulty place.
func At(kind Kind, pointer, format string, args ...any) *Error {
	f := Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}
	return FromFields(kind, []Field{f})
}

// FromFields makes an Error of faulty places, nil when there are none.
func FromFields(kind Kind, fields []Field) *Error {
	if len(fields) == 0 {
		return nil
	}
	slug, detail := "invalid", "The rules refuse a value."
	if kind == Malformed {
		slug, detail = "malformed", "The request cannot be read."
	}
	if len(fields) > 1 {
		detail = fmt.Sprintf("%s There are %d places to mend.", detail, len(fields))
	}
	return &Error{Kind: kind, Slug: slug, Detail: detail, Fields: fields}
}

// NotFoundError is what every unknown or foreign id answers, to the byte.
func NotFoundError() *Error {
	return New(NotFound, "not-found", "There is no such thing here.")
}

// KindOf gives the kind of err: a deadline or a cancelled context counts as
// Unavailable, whatever is not an *Error as Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Unavailable
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
