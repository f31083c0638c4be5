package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
)

// copyOf serves what an address answers from memory, on a host of its own.
func copyOf(ctx context.Context, address string) (host string, size int, stop func(), err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, nil, fmt.Errorf("making a request: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, nil, fmt.Errorf("reading the page: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var body []byte
	if body, err = readAll(res); err != nil {
		return "", 0, nil, err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, StreamRequestBody: true, ReadBufferSize: 16 << 10})
	app.Use(func(c *fiber.Ctx) error {
		for name, values := range res.Header {
			if name != fiber.HeaderContentLength && name != fiber.HeaderDate {
				c.Set(name, values[0])
			}
		}
		return c.Send(body)
	})
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, nil, fmt.Errorf("listening: %w", err)
	}
	go func() { _ = app.Listener(ln) }()
	return ln.Addr().String(), len(body), func() { _ = app.ShutdownWithTimeout(time.Second) }, nil
}
