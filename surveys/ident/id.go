package ident

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"regexp"
	"strconv"
	"strings"
)

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// bodyLen is the length of the part after the prefix: 128 bits in base32.
const bodyLen = 26

// New makes a random id of 128 bits: "rsp_" and 26 characters of [a-z2-7].
func New(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return prefix + "_" + encoding.EncodeToString(b[:])
}

// Derive makes the id that follows from the parts, always the same for the
// same parts. Each part is length-prefixed, so ("ab","c") and ("a","bc") differ.
func Derive(prefix string, parts ...string) string {
	sum := digest(parts)
	return prefix + "_" + encoding.EncodeToString(sum[:16])
}

func digest(parts []string) [sha256.Size]byte {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

// Valid reports whether id has the prefix and the form that New and Derive
// give. What does not is unknown without asking a store.
func Valid(prefix, id string) bool {
	body, ok := strings.CutPrefix(id, prefix+"_")
	if !ok || len(body) != bodyLen {
		return false
	}
	for i := 0; i < len(body); i++ {
		c := body[i]
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// Form gives the pattern of the ids with the prefix.
func Form(prefix string) string {
	return "^" + prefix + "_[a-z2-7]{" + strconv.Itoa(bodyLen) + "}$"
}

// ChosenForm is the pattern of the ids that users choose.
const ChosenForm = `^[A-Za-z0-9_-]{1,64}$`

var chosen = regexp.MustCompile(ChosenForm)

// Chosen reports whether id is one that users may choose for stages,
// touchpoints and the like: 1–64 characters of [A-Za-z0-9_-].
func Chosen(id string) bool { return chosen.MatchString(id) }
