package page

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/go-json-experiment/json"

	"waymark/surveys/ident"
	"waymark/surveys/link"
)

// ticket is what a page sends along and gets back unchanged: the server keeps
// nothing of a visit that has not answered yet. It is signed with the link's
// secret, so that nobody can write one, or take it to another link.
type ticket struct {
	Version  int64  `json:"v"`          // of the survey, as it was shown
	Shown    int64  `json:"t"`          // when the visit's first page was made, Unix milliseconds
	Nonce    []byte `json:"n,omitzero"` // of open links: what the id of the response is made of
	Seed     uint64 `json:"s"`          // of the random order
	Group    int    `json:"g"`          // which questions stood on the page
	Asked    []int  `json:"q,omitzero"` // those of them that were shown without scripts
	Language string `json:"l,omitzero"` // chosen by the person; empty: found out each time
	Prefill  string `json:"p,omitzero"` // what came in the link, as a query
	Answers  string `json:"a,omitzero"` // of previews, which are stored nowhere
	Step     int64  `json:"k,omitzero"` // of what is stored of the visit; 0: nothing
	Suspect  bool   `json:"x,omitzero"` // the decoy was filled on an earlier page
}

// Limits of what a ticket carries.
const (
	maxTicket  = 128 << 10 // bytes of one that is read; previews carry all answers
	maxPrefill = 4 << 10   // bytes of the query that is kept
	macSize    = 16
)

func (t ticket) time() time.Time { return time.UnixMilli(t.Shown) }

func newNonce() []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return b
}

func mac(l *link.Link, body []byte) []byte {
	h := hmac.New(sha256.New, l.Secret)
	h.Write([]byte("ticket\x00" + l.ID + "\x00"))
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

// seal writes the ticket for a page of the link.
func (t ticket) seal(l *link.Link) (string, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(mac(l, b), b...)), nil
}

// open reads a ticket; false for one that was not made for the link.
func open(l *link.Link, s string) (t ticket, ok bool) {
	if len(s) > maxTicket || len(l.Secret) == 0 {
		return t, false
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < macSize {
		return t, false
	}
	sum, body := b[:macSize], b[macSize:]
	if !hmac.Equal(sum, mac(l, body)) {
		return t, false
	}
	return t, json.Unmarshal(body, &t) == nil
}

// response gives the id of the response that the visit makes. A link for one
// answer has one, whoever opens it how often.
func (t ticket) response(ws ident.Workspace, l *link.Link) string {
	if l.SingleUse {
		return ident.Derive("rsp", string(ws), "link", l.ID)
	}
	return ident.Derive("rsp", string(ws), "link", l.ID, string(t.Nonce))
}

// Ticket finds the ticket in a page, for programs that answer as people do.
func Ticket(page []byte) (string, bool) {
	_, rest, found := bytes.Cut(page, []byte(`name="`+FieldTicket+`" value="`))
	value, _, closed := bytes.Cut(rest, []byte(`"`))
	return string(value), found && closed
}
