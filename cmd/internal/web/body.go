package web

import (
	"errors"
	"io"
	"net"

	"waymark/surveys/fault"
)

// readAll reads at most limit bytes; more is TooLarge, silence TooSlow.
func readAll(r io.Reader, limit int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	var ne net.Error
	switch {
	case errors.As(err, &ne) && ne.Timeout():
		return nil, fault.New(fault.TooSlow, "too-slow", "The body did not arrive in time.")
	case err != nil:
		return nil, fault.Wrap(err, fault.Malformed, "body-cut", "The body ended too early.")
	case len(b) > limit:
		return nil, fault.New(fault.TooLarge, "body-too-large", "The body is larger than %d bytes.", limit)
	}
	return b, nil
}
