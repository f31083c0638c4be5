package cell

import (
	"fmt"

	"waymark/responses"
)

// prefixLength is the length of "rsp_", which every response id begins with.
const prefixLength = 4

// size is the length of a bucket in milliseconds; 0 below Millisecond.
func (l Level) size() int64 {
	switch l {
	case Day:
		return 24 * 60 * 60 * 1000
	case Hour:
		return 60 * 60 * 1000
	case Minute:
		return 60 * 1000
	case Second:
		return 1000
	case Millisecond:
		return 1
	}
	return 0
}

// String names the level as reports print it.
func (l Level) String() string {
	names := [...]string{"day", "hour", "minute", "second", "millisecond", "part", "subpart"}
	if l < Day || int(l) >= len(names) {
		return fmt.Sprintf("level %d", int(l))
	}
	return names[l]
}

// KeyOf gives the bucket of a level that holds a place.
func KeyOf(l Level, k responses.Key) NodeKey {
	if size := l.size(); size > 0 {
		at := k.At - k.At%size
		if at > k.At { // before 1970 the remainder is negative
			at -= size
		}
		return NodeKey{Level: l, Start: responses.Key{At: at}}
	}
	n := min(len(k.ID), prefixLength+int(l-Millisecond))
	return NodeKey{Level: l, Start: responses.Key{At: k.At, ID: k.ID[:n]}}
}

// End is the first place after the bucket.
func (k NodeKey) End() responses.Key {
	if size := k.Level.size(); size > 0 {
		return responses.Key{At: k.Start.At + size}
	}
	b := []byte(k.Start.ID)
	if len(b) == 0 { // ids are never empty, so neither is a prefix
		return responses.Key{At: k.Start.At + 1}
	}
	b[len(b)-1]++ // ids are ASCII: no carry
	return responses.Key{At: k.Start.At, ID: string(b)}
}

// String names the bucket as reports print it: level, start and prefix.
func (k NodeKey) String() string {
	return fmt.Sprintf("%s %s%s", k.Level, milli(k.Start.At), k.Start.ID)
}

func before(a, b responses.Key) bool {
	return a.At < b.At || a.At == b.At && a.ID < b.ID
}
