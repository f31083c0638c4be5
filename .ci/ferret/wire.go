package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The op codes and flag bits of the MongoDB wire protocol that matter here
// (MongoDB manual, "MongoDB Wire Protocol").
const (
	opQuery = 2004
	opMsg   = 2013

	flagChecksumPresent = 1 << 0
	flagMoreToCome      = 1 << 1

	headerLen = 16
	// maxMessage is MongoDB's maxMessageSizeBytes.
	maxMessage = 48_000_000
)

// errMalformed tells that bytes do not form a message of the wire protocol.
var errMalformed = errors.New("malformed wire message")

// message is one whole message: the 16 bytes of header and what follows.
type message []byte

// readMessage reads one message. It returns io.EOF only where the peer closed
// between two messages, and errMalformed for a length outside 16..48,000,000.
func readMessage(r io.Reader) (message, error) {
	var head [headerLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:4])
	if n < headerLen || n > maxMessage {
		return nil, fmt.Errorf("%w: length %d", errMalformed, n)
	}
	m := make(message, n)
	copy(m, head[:])
	if _, err := io.ReadFull(r, m[headerLen:]); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return m, nil
}

// opCode returns the op code of the header.
func (m message) opCode() uint32 { return binary.LittleEndian.Uint32(m[12:16]) }

// moreToCome tells whether an OP_MSG announces another message: for a request
// that there will be no reply, for a reply that a further one follows.
func (m message) moreToCome() bool {
	return m.opCode() == opMsg && len(m) >= headerLen+4 &&
		binary.LittleEndian.Uint32(m[16:20])&flagMoreToCome != 0
}

// command returns the name of an OP_MSG's command: the key of the first
// element of its body (section kind 0), wherever among the sections that is.
// For any other op code it returns "" without an error.
func (m message) command() (string, error) {
	if m.opCode() != opMsg {
		return "", nil
	}
	if len(m) < headerLen+4 {
		return "", fmt.Errorf("%w: no flag bits", errMalformed)
	}
	rest := m[headerLen+4:]
	if binary.LittleEndian.Uint32(m[16:20])&flagChecksumPresent != 0 {
		if len(rest) < 4 {
			return "", fmt.Errorf("%w: no checksum", errMalformed)
		}
		rest = rest[:len(rest)-4]
	}
	for len(rest) >= 5 {
		kind := rest[0]
		size := int(binary.LittleEndian.Uint32(rest[1:5]))
		if size < 5 || size > len(rest)-1 {
			return "", fmt.Errorf("%w: section of %d bytes", errMalformed, size)
		}
		section := rest[5 : 1+size]
		switch kind {
		case 0: // a BSON document: element type, then the key up to a NUL
			if len(section) < 2 {
				return "", fmt.Errorf("%w: empty body", errMalformed)
			}
			end := bytes.IndexByte(section[1:], 0)
			if end < 0 {
				return "", fmt.Errorf("%w: key without end", errMalformed)
			}
			return string(section[1 : 1+end]), nil
		case 1: // a document sequence, such as the documents of an insert
			rest = rest[1+size:]
		default:
			return "", fmt.Errorf("%w: section kind %d", errMalformed, kind)
		}
	}
	return "", fmt.Errorf("%w: no body section", errMalformed)
}

// onlyReads names the commands that may pass in parallel. It is a list of what
// may, not of what may not: a command it does not know waits for its turn.
// Aggregate belongs to it because FerretDB has neither $out nor $merge.
var onlyReads = map[string]bool{
	"find": true, "getMore": true, "killCursors": true, "aggregate": true, "count": true, "distinct": true,
	"explain": true, "listCollections": true, "listIndexes": true, "listDatabases": true, "listCommands": true,
	"collStats": true, "dbStats": true, "dataSize": true, "validate": true, "dbHash": true,
	"hello": true, "isMaster": true, "ismaster": true, "ping": true, "buildInfo": true, "buildinfo": true,
	"connectionStatus": true, "getParameter": true, "getLog": true, "getCmdLineOpts": true, "hostInfo": true,
	"serverStatus": true, "whatsmyuri": true, "currentOp": true, "endSessions": true, "startSession": true,
	"saslStart": true, "saslContinue": true, "logout": true,
}

// writes tells whether a request has to wait for its turn. OP_QUERY is only
// the first hello of a driver; what cannot be looked into (OP_COMPRESSED) waits.
func (m message) writes() (bool, error) {
	switch m.opCode() {
	case opQuery:
		return false, nil
	case opMsg:
		name, err := m.command()
		if err != nil {
			return false, err
		}
		return !onlyReads[name], nil
	default:
		return true, nil
	}
}
