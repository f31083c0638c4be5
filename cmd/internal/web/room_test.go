package web

import (
	"net"
	"slices"
	"testing"

	"github.com/valyala/fasthttp"
)

func TestRoomLeavesTheStoreItsDescriptors(t *testing.T) {
	for descriptors, want := range map[uint64]int{0: maxConns, 1 << 62: maxConns, 1024: 896, 256: 128, 200: 72, 64: 16, 1 << 17: 1<<17 - 1<<14} {
		if n := room(descriptors); n != want {
			t.Errorf("%d descriptors are room for %d connections, not %d", descriptors, n, want)
		}
	}
}

func TestThoseWhoWaitLongestMakeRoom(t *testing.T) {
	s := &conns{most: 16}
	var all []*conn
	for range 16 {
		a, b := net.Pipe()
		t.Cleanup(func() { _ = a.Close(); _ = b.Close() })
		all = append(all, s.admit(a))
	}
	states := func() (out []int32) {
		for _, c := range all {
			out = append(out, c.state.Load())
		}
		return out
	}
	if slices.Contains(states(), givenUp) {
		t.Fatal("some were closed while there was room")
	}
	for range 2 { // two requests at once
		if !begin(all[0]) {
			t.Fatal("a connection with a request was given up")
		}
	}
	all[2].state.Store(heard)
	changed(all[1], fasthttp.StateActive)
	all[1].state.Store(busy)
	changed(all[1], fasthttp.StateIdle) // it begins to wait anew, after all others
	a, b := net.Pipe()
	t.Cleanup(func() { _ = a.Close(); _ = b.Close() })
	s.admit(a)
	got := states()
	want := make([]int32, 16)
	want[0], want[2], want[3] = busy, givenUp, givenUp
	if !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if begin(all[2]) || len(s.open) != 15 {
		t.Errorf("one that was given up begins; %d are open", len(s.open))
	}
}
