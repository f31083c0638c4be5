package rest

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Extend adds keys to a JSON object that was stored as it was sent: pairs of
// a name and a value. It is how an object gains its read-only keys.
func Extend(object []byte, pairs ...any) jsontext.Value {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(pairs[i])
		value, err := json.Marshal(pairs[i+1], json.Deterministic(true))
		if err != nil {
			value = []byte("null")
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	rest := bytes.TrimSpace(object)
	rest = bytes.TrimSpace(rest[1 : len(rest)-1])
	if len(rest) > 0 {
		if len(pairs) > 1 {
			b.WriteByte(',')
		}
		b.Write(rest)
	}
	b.WriteByte('}')
	return b.Bytes()
}
