package lint

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is deeper than any survey that can be read: the pointers of what is
// nested deeper would only cost memory.
const maxDepth = 64

// lines knows the line of what a pointer, without its #, names.
type lines map[string]int

// places reads where in a document everything stands. What comes behind the
// first thing that is not JSON is not found.
func places(doc []byte) lines {
	out := lines{"": 1}
	d := jsontext.NewDecoder(bytes.NewReader(doc), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	line, counted := 1, 0
	for {
		tok, err := d.ReadToken()
		if err != nil {
			return out
		}
		// No token goes over a line, so its end is where it stands.
		end := int(d.InputOffset())
		line += bytes.Count(doc[counted:end], []byte("\n"))
		counted = end
		if d.StackDepth() > maxDepth || tok.Kind() == '}' || tok.Kind() == ']' {
			continue
		}
		p := string(d.StackPointer())
		kind, n := d.StackIndex(d.StackDepth())
		key := kind == '{' && n%2 == 1
		if _, known := out[p]; !known || key { // of a key that stands twice the second is too much
			out[p] = line
		}
	}
}

// line is where the pointer's value stands. What is missing is missed where
// it should stand: in what there is of the way to it.
func (l lines) line(pointer string) int {
	p := strings.TrimPrefix(pointer, "#")
	for {
		if n, known := l[p]; known {
			return n
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			return 1
		}
		p = p[:i]
	}
}

// lineAt is the line of a byte. The end of a file lies on its last line.
func lineAt(doc []byte, offset int) int {
	doc = bytes.TrimRight(doc, "\n")
	return 1 + bytes.Count(doc[:min(offset, len(doc))], []byte("\n"))
}
