package idempotency

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
)

// sealed begins a sealed body. No JSON begins so: schema version 1 kept plain
// bodies, and those may be a day old.
const sealed = 1

// Seal gives the answer as it is stored: its body can be read with the secret
// of whoever called and with nothing that is stored. What was sent may say
// things of people who are erased before the record runs out.
func (r Record) Seal(secret string, a Answer) (Answer, error) {
	c, err := r.cipher(secret)
	if err != nil {
		return Answer{}, err
	}
	out := make([]byte, 1+c.NonceSize(), 1+c.NonceSize()+len(a.Body)+c.Overhead())
	out[0] = sealed
	_, _ = rand.Read(out[1:])
	a.Body = c.Seal(out, out[1:], a.Body, nil)
	return a, nil
}

// Open gives the answer as it was before Seal.
func (r Record) Open(secret string, a Answer) (Answer, error) {
	if len(a.Body) == 0 || a.Body[0] != sealed {
		return a, nil
	}
	c, err := r.cipher(secret)
	if err != nil {
		return Answer{}, err
	}
	b := a.Body[1:]
	if len(b) < c.NonceSize() {
		return Answer{}, errors.New("opening an idempotent answer: it is cut off")
	}
	if a.Body, err = c.Open(nil, b[:c.NonceSize()], b[c.NonceSize():], nil); err != nil {
		return Answer{}, fmt.Errorf("opening an idempotent answer: %w", err)
	}
	return a, nil
}

// cipher has a key of its own for each use of a record.
func (r Record) cipher(secret string) (cipher.AEAD, error) {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte("answer\x00" + string(r.Workspace) + "\x00" + r.ID + "\x00" + strconv.FormatInt(r.CreatedAt.Milli(), 10)))
	block, err := aes.NewCipher(h.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	c, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	return c, nil
}
