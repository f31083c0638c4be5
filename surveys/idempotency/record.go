package idempotency

import (
	"strconv"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Lifetime is how long a record stands for its key.
const Lifetime = 24 * time.Hour

// maxKey bounds an Idempotency-Key, in bytes.
const maxKey = 255

// Record is what is known of one key.
type Record struct {
	ID          string // derived from workspace, scope and key
	Workspace   ident.Workspace
	Fingerprint string // of the body, ident.Fingerprint
	CreatedAt   when.Time
	Answer      *Answer // nil until the first call finished
}

// Answer is what a call answered.
type Answer struct {
	Status   int
	Location string // the header; empty: none
	ETag     string // the header; empty: none
	Body     []byte
}

// DerivedID gives the id of what this call makes: the same for every repeat of
// the call while the record lives, and another one when the key is used anew later.
func (r Record) DerivedID(prefix string) string {
	return ident.Derive(prefix, string(r.Workspace), r.ID, strconv.FormatInt(r.CreatedAt.Milli(), 10))
}

// expired reports a record that no longer stands for its key.
func (r Record) expired(now when.Time) bool { return now.Sub(r.CreatedAt) >= Lifetime }

// CheckKey refuses, as Invalid, what cannot be an Idempotency-Key: 1 to 255
// printable ASCII characters.
func CheckKey(key string) error {
	ok := len(key) >= 1 && len(key) <= maxKey
	for i := 0; ok && i < len(key); i++ {
		ok = key[i] >= 0x20 && key[i] <= 0x7e
	}
	if !ok {
		return fault.New(fault.Invalid, "bad-idempotency-key", "Idempotency-Key must have 1 to %d printable ASCII characters.", maxKey)
	}
	return nil
}
