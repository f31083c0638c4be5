package web

import (
	"context"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/semaphore"

	"waymark/responses/page"
	"waymark/surveys/fault"
)

// What strangers may have of large bodies in memory at once, in bytes: all of
// them, and those of one network. A body takes about three times its size until
// it is answered. Who finds no room waits for it a while.
const (
	maxUploads     = 256 << 20
	maxUploadsEach = 64 << 20
	uploadWait     = 10 * time.Second
)

// uploads bounds the large bodies that strangers send. Its zero value is ready.
type uploads struct {
	mu  sync.Mutex
	all *semaphore.Weighted
	of  map[string]*lane // networks that send something now
}

type lane struct {
	room  *semaphore.Weighted
	users int
}

// enter waits for room for n bytes of a network. Whoever got it calls leave.
func (u *uploads) enter(ctx context.Context, network string, n int64) (leave func(), err error) {
	u.mu.Lock()
	if u.of == nil {
		u.all, u.of = semaphore.NewWeighted(maxUploads), map[string]*lane{}
	}
	l := u.of[network]
	if l == nil {
		l = &lane{room: semaphore.NewWeighted(maxUploadsEach)}
		u.of[network] = l
	}
	l.users++
	u.mu.Unlock()
	out := func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(u.of, network)
		}
	}
	// First its own: a network that is full takes no room from others while it waits.
	if err := l.room.Acquire(ctx, n); err != nil {
		out()
		return nil, err
	}
	if err := u.all.Acquire(ctx, n); err != nil {
		l.room.Release(n)
		out()
		return nil, err
	}
	return func() {
		u.all.Release(n)
		l.room.Release(n)
		out()
	}, nil
}

// upload lets a large body in when there is room for it. Its size is what it is
// said to have, which whole holds it to.
func (s *Server) upload(c *fiber.Ctx) error {
	n := c.Request().Header.ContentLength()
	if !page.Large(n) {
		return c.Next()
	}
	if n < 0 || n > page.MaxBody {
		n = page.MaxBody
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), uploadWait)
	defer cancel()
	leave, err := s.uploads.enter(ctx, network(s.peer(c)), int64(n))
	if err != nil {
		return &fault.Error{Kind: fault.TooMany, Slug: "too-many-uploads", Detail: "Too many files arrive at once; try again.", RetryAfter: uploadWait}
	}
	defer leave()
	return c.Next()
}
