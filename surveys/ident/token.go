package ident

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Purpose binds a token to one use: a vote token is nothing to unsubscribe
// with, and the other way round.
type Purpose string

// The purposes.
const (
	PurposeKey    Purpose = "key"
	PurposeShare  Purpose = "share"
	PurposeSurvey Purpose = "survey"
)

// NewToken makes a URL-safe secret of 160 random bits, 27 characters.
func NewToken() string {
	var b [20]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// DeriveToken makes the token that follows from a key's secret and an id, and
// from nothing that is stored: a repeat with the same key gives it again.
func DeriveToken(secret, id string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte("token\x00" + id))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:20])
}

// Hash gives what is stored of a token: hex SHA-256 over purpose and token.
// Tokens are random, so no salt and no slow hash are needed.
func Hash(p Purpose, token string) string {
	sum := digest([]string{string(p), token})
	return hex.EncodeToString(sum[:])
}

// SameHash compares two hashes in constant time.
func SameHash(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// Fingerprint gives the hex SHA-256 of bytes that must be recognised again,
// such as a request body.
func Fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// keyAlphabet has 62 characters; 40 of them are more than 230 bits.
const (
	keyAlphabet  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	keySecretLen = 40
	keyMinSecret = 32
	keyMaxSecret = 200
	keyMaxID     = 32
)

// NewKey makes an API key "wm_{id}_{secret}" and gives its parts.
func NewKey() (id, secret string) {
	var b [10]byte
	_, _ = rand.Read(b[:])
	return encoding.EncodeToString(b[:]), randomText(keySecretLen)
}

func randomText(n int) string {
	out := make([]byte, 0, n)
	var b [64]byte
	for len(out) < n {
		_, _ = rand.Read(b[:])
		for _, c := range b {
			// 248 is the largest multiple of 62 below 256: no modulo bias.
			if c < 248 && len(out) < n {
				out = append(out, keyAlphabet[int(c)%len(keyAlphabet)])
			}
		}
	}
	return string(out)
}

// FormatKey joins the parts of a key as people see it.
func FormatKey(id, secret string) string { return "wm_" + id + "_" + secret }

// ParseKey splits "wm_{id}_{secret}"; id is [a-z0-9]{1,32}, secret 32 to 200
// of [A-Za-z0-9].
func ParseKey(key string) (id, secret string, ok bool) {
	rest, ok := strings.CutPrefix(key, "wm_")
	if !ok {
		return "", "", false
	}
	id, secret, ok = strings.Cut(rest, "_")
	if !ok || len(id) == 0 || len(id) > keyMaxID || len(secret) < keyMinSecret || len(secret) > keyMaxSecret {
		return "", "", false
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "", "", false
		}
	}
	for i := 0; i < len(secret); i++ {
		if strings.IndexByte(keyAlphabet, secret[i]) < 0 {
			return "", "", false
		}
	}
	return id, secret, true
}
