package web

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// peer is the address that a request came from: the socket's, or where that
// is a proxy we trust, the one it names in X-Forwarded-For. Each proxy adds
// the address it saw at the right end, so the list is read from there, and
// the first address that is no proxy of ours is the peer: what stands left of
// it was sent by the peer and may say anything.
func (s *Server) peer(c *fiber.Ctx) netip.Addr {
	at, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return netip.Addr{}
	}
	at = at.Unmap()
	var seen []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		seen = append(seen, strings.Split(string(line), ",")...)
	}
	for i := len(seen) - 1; i >= 0 && s.trusts(at); i-- {
		next, ok := forwarded(seen[i])
		if !ok {
			break // the proxy knew nothing better: it is the peer itself
		}
		at = next
	}
	return at
}

func (s *Server) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// forwarded reads an entry: an address, in brackets or not, with a port or not.
func forwarded(entry string) (netip.Addr, bool) {
	entry = strings.TrimSpace(entry)
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]"))
	if err != nil {
		p, perr := netip.ParseAddrPort(entry)
		if perr != nil {
			return netip.Addr{}, false
		}
		a = p.Addr()
	}
	return a.WithZone("").Unmap(), true
}

// network names who guesses: an address, or the /64 that an IPv6 host owns.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
