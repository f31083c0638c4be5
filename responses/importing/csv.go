package importing

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Limits of a file.
const (
	maxRow     = 256 << 10 // bytes, as of a response
	maxColumns = 1000
)

var errRow = errors.New("row")

// table reads rows as people's tools write them: any of the three line ends,
// also mixed, line ends and doubled quotes inside of quotes, a byte order mark.
type table struct {
	in        *bufio.Reader
	delimiter byte
	line      int   // of the next byte
	read      int64 // bytes
	field     []byte
	fields    []string
}

// firstRow gives the names of the columns: a NUL among them is half a
// character of UTF-16, one further down is a fault of its row.
func firstRow(head []byte) []byte {
	if i := bytes.IndexAny(head, "\r\n"); i >= 0 {
		return head[:i]
	}
	return head
}

// newTable refuses what is no CSV in UTF-8, and finds the delimiter where none
// is given.
func newTable(in io.Reader, delimiter byte) (*table, error) {
	t := &table{in: bufio.NewReaderSize(in, 64<<10), delimiter: delimiter, line: 1}
	head, err := t.in.Peek(32 << 10)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the file: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, errors.New("this is an XLSX or ZIP file; save the table as CSV")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return nil, errors.New("this file is compressed; unpack it first")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}), bytes.IndexByte(firstRow(head), 0) >= 0:
		return nil, errors.New("this is not UTF-8 (it looks like UTF-16); save it as CSV in UTF-8")
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = t.in.Discard(3)
		t.read, head = 3, head[3:]
	}
	if t.delimiter == 0 {
		t.delimiter = likeliest(head)
	}
	return t, nil
}

// likeliest is the delimiter that the first line has most of, outside of quotes.
func likeliest(head []byte) byte {
	count, quoted := map[byte]int{}, false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted && (b == '\n' || b == '\r') {
			break
		}
		if !quoted {
			count[b]++
		}
	}
	best := byte(',')
	for _, d := range []byte{';', '\t'} {
		if count[d] > count[best] {
			best = d
		}
	}
	return best
}

// next gives the next row that is not blank and the line it begins in. An
// error that is errRow is that row's; the one after it can be read.
func (t *table) next() (fields []string, line int, err error) {
	for {
		line = t.line
		fields, err = t.row()
		if err != nil || len(fields) != 1 || fields[0] != "" {
			return fields, line, err
		}
	}
}

func (t *table) byte() (byte, error) {
	b, err := t.in.ReadByte()
	if err == nil {
		t.read++
	}
	return b, err
}

// ended takes the rest of a line end that began with b.
func (t *table) ended(b byte) bool {
	if b != '\n' && b != '\r' {
		return false
	}
	if b == '\r' {
		if next, err := t.in.Peek(1); err == nil && next[0] == '\n' {
			_, _ = t.byte()
		}
	}
	t.line++
	return true
}

// skip passes over the rest of a line.
func (t *table) skip() {
	for {
		if b, err := t.byte(); err != nil || t.ended(b) {
			return
		}
	}
}

func (t *table) row() ([]string, error) {
	const (
		begin = iota
		plain
		quoted
		closed // a quote in quotes: the end, or the first of two
	)
	t.fields, t.field = t.fields[:0], t.field[:0]
	state, size, began := begin, 0, false
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{errRow}, args...)...)
	}
	cell := func() {
		t.fields = append(t.fields, string(t.field))
		t.field = t.field[:0]
		state = begin
	}
	for {
		b, err := t.byte()
		if err == io.EOF {
			switch {
			case state == quoted:
				return nil, refuse("a quote is opened and never closed")
			case !began:
				return nil, io.EOF
			}
			cell()
			return t.done()
		}
		if err != nil {
			return nil, fmt.Errorf("reading the file: %w", err)
		}
		began = true
		if size++; size > maxRow || len(t.fields) > maxColumns {
			t.skip()
			return nil, refuse("longer than %d KiB or more than %d columns; is a quote missing?", maxRow>>10, maxColumns)
		}
		if state == quoted {
			switch {
			case b == '"':
				state = closed
			default:
				if b == '\n' || b == '\r' {
					if next, err := t.in.Peek(1); b == '\n' || err != nil || next[0] != '\n' {
						t.line++
					}
				}
				t.field = append(t.field, b)
			}
			continue
		}
		switch {
		case b == t.delimiter:
			cell()
		case t.ended(b):
			cell()
			return t.done()
		case b == '"' && state == begin:
			state = quoted
		case b == '"' && state == closed:
			t.field, state = append(t.field, '"'), quoted
		case b == '"' || state == closed:
			t.skip()
			return nil, refuse("a quote stands where none may stand; double it inside of quotes")
		default:
			t.field, state = append(t.field, b), plain
		}
	}
}

func (t *table) done() ([]string, error) {
	for i, f := range t.fields {
		if !utf8.ValidString(f) {
			return nil, fmt.Errorf("%w: column %d is not UTF-8", errRow, i+1)
		}
	}
	return t.fields, nil
}
