package web

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"waymark/surveys/fault"
)

// from makes the context of a request.
func from(app *fiber.App, socket string, forwarded ...string) *fiber.Ctx {
	var req fasthttp.Request
	for _, f := range forwarded {
		req.Header.Add(fiber.HeaderXForwardedFor, f)
	}
	ctx := &fasthttp.RequestCtx{}
	ctx.Init(&req, &net.TCPAddr{IP: net.ParseIP(socket), Port: 4711}, nil)
	return app.AcquireCtx(ctx)
}

func TestAttack40APeerIsTheFirstFromTheRightThatIsNoProxyOfOurs(t *testing.T) {
	app := fiber.New()
	none := &Server{}
	s := &Server{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("fd00::/8")}}
	for _, c := range []struct {
		name, socket string
		forwarded    []string
		server       *Server
		want         string
	}{
		{"without a proxy the header says nothing", "203.0.113.9", []string{"198.51.100.1"}, none, "203.0.113.9"},
		{"nor does it from somebody whom we do not trust", "203.0.113.9", []string{"198.51.100.1, 10.0.0.1"}, s, "203.0.113.9"},
		{"a proxy names its client", "10.0.0.1", []string{"198.51.100.1"}, s, "198.51.100.1"},
		{"what the client made up stands left", "10.0.0.1", []string{"1.2.3.4, 10.0.0.7, 198.51.100.1"}, s, "198.51.100.1"},
		{"in lines of its own too", "10.0.0.1", []string{"1.2.3.4", "198.51.100.1"}, s, "198.51.100.1"},
		{"two proxies of ours", "127.0.0.1", []string{"1.2.3.4, 198.51.100.1, 10.9.9.9"}, s, "198.51.100.1"},
		{"only proxies of ours: the farthest", "127.0.0.1", []string{"10.0.0.2, 10.0.0.1"}, s, "10.0.0.2"},
		{"a proxy that names nobody", "127.0.0.1", nil, s, "127.0.0.1"},
		{"a proxy that names nonsense", "127.0.0.1", []string{"198.51.100.1, unknown"}, s, "127.0.0.1"},
		{"an empty entry", "127.0.0.1", []string{"198.51.100.1, "}, s, "127.0.0.1"},
		{"a port", "127.0.0.1", []string{"198.51.100.1:55555"}, s, "198.51.100.1"},
		{"IPv6 in brackets with a port", "fd00::1", []string{"[2001:db8::7]:443"}, s, "2001:db8::7"},
		{"IPv6 in brackets", "fd00::1", []string{"[2001:db8::7]"}, s, "2001:db8::7"},
		{"IPv4 in IPv6 at the socket", "::ffff:10.0.0.1", []string{"::ffff:198.51.100.1"}, s, "198.51.100.1"},
	} {
		if got := c.server.peer(from(app, c.socket, c.forwarded...)); got.String() != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAttack40RotatingTheHeaderStaysInOneBucketAndTwoClientsOfAProxyDoNot(t *testing.T) {
	app, now := fiber.New(), time.Unix(0, 0)
	wrong := fault.New(fault.Unauthenticated, "unauthenticated", "no")
	for name, c := range map[string]struct {
		proxies     []netip.Prefix
		rotate      string
		neighbour   string
		neighbourOK bool // may still guess
	}{
		"without a proxy":     {nil, "198.51.100.%d", "203.0.113.8", false},
		"behind a proxy":      {[]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, "198.51.100.%d, 203.0.113.7", "203.0.113.8", true},
		"in one IPv6 /64":     {[]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, "2001:db8::%x", "2001:db8::ffff", false},
		"in another IPv6 /64": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, "2001:db8::%x", "2001:db8:0:1::1", true},
	} {
		s := &Server{Proxies: c.proxies, Now: func() time.Time { return now }}
		for i := range maxGuesses + 5 {
			err := s.guessed(from(app, "127.0.0.1", fmt.Sprintf(c.rotate, i)), &s.guesses, "keys", wrong)
			if refused := fault.Is(err, fault.TooMany); refused != (i >= maxGuesses) {
				t.Fatalf("%s: guess %d answers %v", name, i+1, err)
			}
		}
		if err := s.guessed(from(app, "127.0.0.1", c.neighbour), &s.guesses, "keys", wrong); fault.Is(err, fault.TooMany) == c.neighbourOK {
			t.Errorf("%s: the neighbour is answered %v", name, err)
		}
	}
}

func TestAttack41BucketsOfAnyClientTakeBoundedMemory(t *testing.T) {
	app, now := fiber.New(), time.Unix(0, 0)
	s := &Server{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Now: func() time.Time { return now }}
	for i := range 2*maxPeers + 10 {
		s.guesses.note(network(netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})), now)
	}
	if n := len(s.guesses.count); n > maxPeers {
		t.Errorf("%d buckets", n)
	}
	// What a client sends never becomes a key: only an address does.
	for _, sent := range []string{strings.Repeat("x", 1<<20), strings.Repeat("1.2.3.4,", 1<<17) + strings.Repeat("9", 1<<20)} {
		_ = s.guessed(from(app, "127.0.0.1", sent), &s.links, "links", fault.NotFoundError())
	}
	for key := range s.links.count {
		if len(key) > 50 {
			t.Errorf("a key of %d bytes", len(key))
		}
	}
	if len(s.links.count) != 1 {
		t.Errorf("%d buckets for one client", len(s.links.count))
	}
}
