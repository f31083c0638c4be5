package web

import (
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
)

// guesses counts wrong keys, wrong links, or what strangers ask for, by network or link in
// windows of a minute. Its memory is bounded: a full table forgets the oldest
// window as a whole.
type guesses struct {
	most  int // of one network in a window; 0: maxGuesses
	mu    sync.Mutex
	began time.Time
	count map[string]int
}

const (
	guessWindow = time.Minute
	maxGuesses  = 60
	maxPeers    = 100_000
)

func (g *guesses) turn(now time.Time) {
	// A clock that jumps back starts a new window too.
	if g.count == nil || now.Sub(g.began) >= guessWindow || now.Before(g.began) || len(g.count) >= maxPeers {
		g.began, g.count = now, map[string]int{}
	}
}

// note counts one more and reports whether the network had too many before it.
func (g *guesses) note(peer string, now time.Time) (over bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn(now)
	g.count[peer]++
	most := g.most
	if most == 0 {
		most = maxGuesses
	}
	return g.count[peer] > most
}

// guessed counts a wrong key or link, and turns its failure into TooMany where
// its network had too many. Only what is wrong is counted and refused: a right
// one passes however many of its neighbours guess, since behind one address may
// stand an office, or everybody.
func (s *Server) guessed(c *fiber.Ctx, g *guesses, what string, failure error) error {
	if !g.note(network(s.peer(c)), s.Now()) || s.NoLimit {
		return failure
	}
	return &fault.Error{Kind: fault.TooMany, Slug: "too-many-guesses", Detail: "Too many wrong " + what + " came from this address.", RetryAfter: guessWindow}
}
