package responses

import (
	"bufio"
	"bytes"
	"context"
	stdjson "encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys/ident"
)

// Format is how responses are written out.
type Format string

// The formats.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson"
)

// MediaType gives the content type of the format.
func (f Format) MediaType() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/x-ndjson"
}

// Export streams the responses of the filter's survey in the order they
// occurred. CSV has a column for each of the questions and one
// with all properties; text cells that a spreadsheet could take for a formula
// are prefixed with an apostrophe.
func Export(ctx context.Context, store Store, ws ident.Workspace, f Filter, format Format, questions []string, w io.Writer) error {
	// Reading and encoding overlap: two cores are faster than one.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := make(chan []Response, 2)
	read := make(chan error, 1)
	go func() {
		defer close(chunks)
		var chunk []Response
		err := store.Each(ctx, ws, f, func(r Response) error {
			if chunk = append(chunk, r); len(chunk) < 256 {
				return nil
			}
			select {
			case chunks <- chunk:
				chunk = nil
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err == nil && len(chunk) > 0 {
			select {
			case chunks <- chunk:
			case <-ctx.Done():
			}
		}
		read <- err
	}()
	buf := bufio.NewWriterSize(w, 64<<10)
	write := ndjsonWriter(buf)
	if format == CSV {
		write = csvWriter(buf, questions)
	}
	if err := write(nil); err != nil {
		return err
	}
	for chunk := range chunks {
		if err := write(chunk); err != nil {
			return err
		}
	}
	if err := <-read; err != nil {
		return err
	}
	return buf.Flush()
}

func ndjsonWriter(w *bufio.Writer) func([]Response) error {
	// The encoder ends each value with a line feed. Stored JSON was checked for
	// doubled keys when it was taken.
	enc := jsontext.NewEncoder(w, json.Deterministic(true), jsontext.AllowDuplicateNames(true))
	return func(rs []Response) error {
		for _, r := range rs {
			if err := json.MarshalEncode(enc, r.Show()); err != nil {
				return err
			}
		}
		return nil
	}
}

var csvHead = []string{"id", "sender_id", "survey", "version", "status", "respondent", "language", "occurred_at", "received_at"}

// csvWriter writes RFC 4180 itself: encoding/csv changes line ends inside of
// cells when its records end in CRLF, and answers are exported as they are.
func csvWriter(w *bufio.Writer, questions []string) func([]Response) error {
	var row []byte
	add := func(s string) { row = appendCell(row, s) }
	var p fastjson.Parser
	return func(rs []Response) error {
		if rs == nil {
			for _, h := range csvHead {
				add(h)
			}
			for _, q := range questions {
				add("answers." + q)
			}
			add("properties")
			return endRow(w, &row)
		}
		for _, r := range rs {
			v, err := p.ParseBytes(r.Answers)
			if err != nil {
				return fmt.Errorf("reading the answers of %s: %w", r.ID, err)
			}
			add(r.ID)
			add(Defuse(r.SenderID))
			add(r.Survey)
			add(strconv.FormatInt(r.Version, 10))
			add(string(r.Status))
			add(Defuse(r.Respondent))
			add(Defuse(r.Language))
			add(r.OccurredAt.String())
			add(r.ReceivedAt.String())
			for _, q := range questions {
				add(cell(v.Get(q)))
			}
			add(properties(r.Properties))
			if err := endRow(w, &row); err != nil {
				return err
			}
		}
		return nil
	}
}

// endRow writes the row, whose last byte is a comma, and empties it.
func endRow(w *bufio.Writer, row *[]byte) error {
	_, err := w.Write(append((*row)[:len(*row)-1], "\r\n"...))
	*row = (*row)[:0]
	return err
}

// appendCell adds a cell and a comma.
func appendCell(row []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") && !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") {
		return append(append(row, s...), ',')
	}
	row = append(row, '"')
	row = append(row, strings.ReplaceAll(s, `"`, `""`)...)
	return append(row, '"', ',')
}

func cell(v *fastjson.Value) string {
	if v == nil {
		return ""
	}
	switch v.Type() {
	case fastjson.TypeString:
		return Defuse(string(v.GetStringBytes()))
	case fastjson.TypeNumber:
		return string(v.MarshalTo(nil)) // never prefixed: -1 is a number
	}
	return Defuse(string(v.MarshalTo(nil)))
}

func properties(m map[string]string) string {
	if len(m) == 0 {
		return ""
	}
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	var b bytes.Buffer
	for i, n := range names {
		b.WriteByte("{,"[min(i, 1)])
		k, _ := stdjson.Marshal(n)
		v, _ := stdjson.Marshal(m[n])
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.String()
}

// Defuse prefixes a text that a spreadsheet could take for a formula, and one
// that looks as if it had been prefixed, so that Undefuse gives back each.
func Defuse(s string) string {
	if startsFormula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Undefuse takes off what Defuse put before a text.
func Undefuse(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && startsFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return s
}

func startsFormula(s string) bool {
	for _, p := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
