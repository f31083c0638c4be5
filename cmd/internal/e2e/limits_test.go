package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// guess sends wrong keys, each under another X-Forwarded-For, until one is
// refused as one too many, and tells after how many.
func (p *program) guess(most int, forwarded func(i int) string) int {
	p.t.Helper()
	for i := range most {
		a := p.call("GET", "/v1/maps", "", "Authorization", "Bearer wm_none_"+strings.Repeat("x", 40), "X-Forwarded-For", forwarded(i))
		switch a.status {
		case 401:
		case 429:
			if s, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || s < 1 || s > 60 {
				p.t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
			}
			return i
		default:
			p.t.Fatalf("a wrong key answers %d: %s", a.status, a.body)
		}
	}
	return most
}

func TestAttack40RotatingTheForwardedAddressStaysInOneBucket(t *testing.T) {
	p := start(t, t.TempDir())
	if n := p.guess(100, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }); n > 60 {
		t.Errorf("%d guesses were let through", n)
	}
	p.want(200, "GET", "/v1/maps", "") // who has a key is not locked out
}

func TestAttack40BehindAProxyEachClientHasItsOwnBucket(t *testing.T) {
	p := startWith(t, []string{"--data", t.TempDir(), "--trusted-proxies", "127.0.0.1,::1"}, nil)
	if n := p.guess(100, func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.7", i) }); n > 60 {
		t.Errorf("%d guesses were let through: the client chose its own address", n)
	}
	if n := p.guess(10, func(int) string { return "203.0.113.8" }); n != 10 {
		t.Errorf("another client behind the same proxy was refused after %d guesses", n)
	}
}

// residentKB reads how much memory a process has, and peakKB how much it ever had.
func residentKB(t *testing.T, pid int) int { t.Helper(); return memoryKB(t, pid, "VmRSS:") }
func peakKB(t *testing.T, pid int) int     { t.Helper(); return memoryKB(t, pid, "VmHWM:") }

func memoryKB(t *testing.T, pid int, figure string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skipf("NOT RUN: memory cannot be read here: %v", err)
	}
	_, rest, found := strings.Cut(string(b), figure)
	if !found {
		t.Skipf("NOT RUN: %s cannot be read here", figure)
	}
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAttack41LargeKeysOfBucketsTakeNoMemory(t *testing.T) {
	p := startWith(t, []string{"--data", t.TempDir(), "--trusted-proxies", "127.0.0.1,::1"}, nil)
	flood := func(from, to int) {
		for i := from; i < to; i++ {
			filler := strings.Repeat(fmt.Sprintf("%08d", i), 1500) // 12 KB
			for _, headers := range [][]string{
				{"Authorization", "Bearer wm_" + filler},
				{"X-Forwarded-For", filler, "Authorization", "Bearer wm_none_" + strings.Repeat("x", 40)},
				{"Idempotency-Key", filler},
			} {
				if a := p.call("POST", "/v1/maps", "{}", headers...); a.status < 400 || a.status > 499 {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
		}
	}
	// A header of a megabyte is not even read.
	if a, err := p.try("GET", "/v1/maps", nil, "X-Forwarded-For", strings.Repeat("x", 1<<20)); err == nil && (a.status < 400 || a.status > 499) {
		t.Errorf("a header of a megabyte: status %d", a.status)
	}
	flood(0, 200)
	before := residentKB(t, p.cmd.Process.Pid)
	flood(200, 1700) // 54 MB of them
	if grown := residentKB(t, p.cmd.Process.Pid) - before; grown > 24<<10 {
		t.Errorf("54 MB of keys took %d KB of memory", grown)
	}
	p.want(200, "GET", "/v1/maps", "")
}

func TestManyNetworksTogetherDoNotFloodALink(t *testing.T) {
	p := startWith(t, []string{"--data", t.TempDir(), "--trusted-proxies", "127.0.0.1,::1"}, nil)
	_, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	flooded, other := p.link(s, `{}`), p.link(s, `{}`)
	p.key = ""
	post := func(path string, i int) int {
		return p.call("POST", path, "{}", "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i%250)).status // no form: refused, and counted
	}
	for i := range 6000 {
		if got := post(flooded, i); got != 415 {
			t.Fatalf("hand-in %d: status %d", i, got)
		}
	}
	if got := post(flooded, 6000); got != 429 {
		t.Errorf("one hand-in more: status %d", got)
	}
	if got := post(other, 6001); got != 415 {
		t.Errorf("another link suffers: status %d", got)
	}
}
