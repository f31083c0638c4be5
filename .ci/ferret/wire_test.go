package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
)

// wireMessage puts a header before the parts.
func wireMessage(op uint32, parts ...[]byte) message {
	m := make(message, headerLen)
	for _, p := range parts {
		m = append(m, p...)
	}
	binary.LittleEndian.PutUint32(m[0:4], uint32(len(m)))
	binary.LittleEndian.PutUint32(m[12:16], op)
	return m
}

func flags(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// body is a section of kind 0 with one document.
func body(t *testing.T, d bson.D) []byte {
	t.Helper()
	raw, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{0}, raw...)
}

// sequence is a section of kind 1, such as the documents of an insert.
func sequence(t *testing.T, name string, d bson.D) []byte {
	t.Helper()
	raw, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	in := append(append([]byte(name), 0), raw...)
	return append(append([]byte{1}, flags(uint32(len(in)+4))...), in...)
}

func TestWhatHasToWaitForItsTurn(t *testing.T) {
	insert := bson.D{{Key: "insert", Value: "c"}, {Key: "$db", Value: "x"}}
	find := bson.D{{Key: "find", Value: "insert"}, {Key: "filter", Value: bson.D{{Key: "update", Value: 1}}}}
	for _, tc := range []struct {
		name   string
		msg    message
		writes bool
	}{
		{"a find passes, whatever its collection is called", wireMessage(opMsg, flags(0), body(t, find)), false},
		{"an insert waits", wireMessage(opMsg, flags(0), body(t, insert)), true},
		{"an insert waits with its documents before the body",
			wireMessage(opMsg, flags(0), sequence(t, "documents", bson.D{{Key: "find", Value: 1}}), body(t, insert)), true},
		{"a find passes with a checksum behind it", wireMessage(opMsg, flags(flagChecksumPresent), body(t, find), flags(7)), false},
		{"findAndModify waits", wireMessage(opMsg, flags(0), body(t, bson.D{{Key: "findAndModify", Value: "c"}})), true},
		{"createIndexes waits", wireMessage(opMsg, flags(0), body(t, bson.D{{Key: "createIndexes", Value: "c"}})), true},
		{"a command nobody has heard of waits", wireMessage(opMsg, flags(0), body(t, bson.D{{Key: "frobnicate", Value: 1}})), true},
		{"the first hello of a driver passes", wireMessage(opQuery, []byte("anything")), false},
		{"a compressed message waits", wireMessage(2012, []byte("anything")), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.msg.writes()
			if err != nil || got != tc.writes {
				t.Errorf("writes() = %v, %v; want %v", got, err, tc.writes)
			}
		})
	}
}

func TestMalformedMessagesAreRefused(t *testing.T) {
	for name, m := range map[string]message{
		"no flag bits":           wireMessage(opMsg),
		"no body":                wireMessage(opMsg, flags(0)),
		"a section past the end": wireMessage(opMsg, flags(0), []byte{0}, flags(9999), []byte{2, 'a', 0}),
		"a section of no size":   wireMessage(opMsg, flags(0), []byte{0}, flags(0)),
		"a key without an end":   wireMessage(opMsg, flags(0), []byte{0}, flags(8), []byte{2, 'a', 'b', 'c'}),
		"an unknown section":     wireMessage(opMsg, flags(0), []byte{9}, flags(8), []byte{2, 'a', 0, 0}),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := m.writes(); !errors.Is(err, errMalformed) {
				t.Errorf("writes() = %v, want errMalformed", err)
			}
		})
	}
	whole := wireMessage(opMsg, flags(0), []byte("abcdef"))
	if _, err := readMessage(bytes.NewReader(whole[:len(whole)-1])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a cut message: %v, want io.ErrUnexpectedEOF", err)
	}
	for _, length := range []uint32{0, headerLen - 1, maxMessage + 1} {
		binary.LittleEndian.PutUint32(whole[:4], length)
		if _, err := readMessage(bytes.NewReader(whole)); !errors.Is(err, errMalformed) {
			t.Errorf("length %d: %v, want errMalformed", length, err)
		}
	}
}
