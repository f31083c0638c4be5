package web

import (
	"net"
	"sync"
	"time"
)

// guesses counts wrong keys, or wrong links, by network in windows of a minute. Its
// memory is bounded: a full table forgets the oldest window as a whole.
type guesses struct {
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

func (g *guesses) over(peer string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn(now)
	return g.count[peer] >= maxGuesses
}

func (g *guesses) note(peer string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn(now)
	g.count[peer]++
}

// network names who guesses: an address, or the /64 that an IPv6 host owns.
func network(ip net.IP) string {
	if ip.To4() == nil {
		ip = ip.Mask(net.CIDRMask(64, 128))
	}
	return ip.String()
}
