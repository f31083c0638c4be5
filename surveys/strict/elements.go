package strict

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
)

// AtMost refuses, as Invalid, a document whose lists have more than most
// elements together, and points at the list that is too much. Who bounds lists
// asks before decoding: "{}" is two bytes to send and may be a thousand in
// memory. What is not JSON is left for Decode to refuse.
func AtMost(data []byte, most int) error {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	for n := 0; ; {
		kind, _ := d.StackIndex(d.StackDepth())
		switch d.PeekKind() {
		case 0:
			return nil
		case ']', '}':
		default:
			if kind != '[' {
				break
			}
			if n++; n > most {
				return fault.At(fault.Invalid, pointer(d.StackPointer().Parent()), "All lists together have at most %d elements.", most)
			}
		}
		if _, err := d.ReadToken(); err != nil {
			return nil
		}
	}
}
