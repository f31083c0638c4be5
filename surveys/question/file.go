package question

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

const (
	// MaxFile is how large a file may be, in bytes.
	MaxFile = 5 << 20
	// maxFileName is the length of a file's name, in characters.
	maxFileName = 200
)

// media are the types of files that are taken, with their names for people.
var media = []struct{ mime, name string }{{"image/png", "PNG"}, {"image/jpeg", "JPEG"}, {"image/webp", "WebP"}, {"application/pdf", "PDF"}}

func mediaTypes() []string {
	out := make([]string, len(media))
	for i, m := range media {
		out[i] = m.mime
	}
	return out
}

// file takes a file that was uploaded before. Its check sees what the answer says
// of the file; who stores the answer sees to what the file is.
type file struct{ plain }

func (file) Name() string { return "file" }
func (file) About() string {
	return "Answered by an uploaded file: `{\"id\": \"fil_…\", \"name\", \"type\", \"bytes\"}`; only the id must be sent."
}

func (file) Keys() []openapi.Key {
	return []openapi.Key{
		openapi.May("accept", openapi.List(openapi.Text(0).Like("image/png")).Sized(0, MaxOptions), "Media types; of `"+strings.Join(mediaTypes(), "`, `")+"` when published. All of them without it."),
		openapi.May("max_bytes", openapi.Integer().OrNull(), "How large a file may be; from 1 to 5242880 (5 MB) when published, which holds without it."),
	}
}

func (file) Draft(q *Question, _, l *fault.List, p string) {
	if len(q.Accept) > MaxOptions {
		l.Add(p+"/accept", "At most %d of them.", MaxOptions)
	}
}

func (file) Ready(q *Question, l *fault.List, p string) {
	if q.Accept != nil && len(q.Accept) == 0 {
		l.Add(p+"/accept", "Name a media type, or leave the key out.")
	}
	for i, a := range q.Accept {
		switch {
		case !slices.Contains(mediaTypes(), a):
			l.Add(fmt.Sprintf("%s/accept/%d", p, i), "Must be one of %s.", strings.Join(mediaTypes(), ", "))
		case slices.Index(q.Accept, a) < i:
			l.Add(fmt.Sprintf("%s/accept/%d", p, i), "%q stands here twice.", a)
		}
	}
	if q.MaxBytes != nil && (*q.MaxBytes < 1 || *q.MaxBytes > MaxFile) {
		l.Add(p+"/max_bytes", "From 1 to %d.", MaxFile)
	}
}

// takes gives what a question of type file takes: media types, and how many
// bytes at most.
func takes(q *Question) (accept []string, most int) {
	accept, most = q.Accept, MaxFile
	if len(accept) == 0 {
		accept = mediaTypes()
	}
	if q.MaxBytes != nil {
		most = *q.MaxBytes
	}
	return accept, most
}

// mediaNames names media types for people.
func mediaNames(accept []string) string {
	var names []string
	for _, m := range media {
		if slices.Contains(accept, m.mime) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}

// Cell takes the JSON object that an export writes.
func (file) Cell(_ *Question, cell string) (any, error) {
	s := strings.TrimSpace(cell)
	if !strings.HasPrefix(s, "{") || !json.Valid([]byte(s)) {
		return nil, errors.New(`a file is answered by an object like {"id": "fil_…"} of an uploaded one`)
	}
	return json.RawMessage(s), nil
}

// The refusals of a file, which its upload shares.
func (file) wrongType(accept []string) *Refusal {
	return refuse("The file must be one of "+strings.Join(accept, ", ")+".", "err_file_type", "types", mediaNames(accept))
}

func (file) tooLarge(most int) *Refusal {
	return refuse("The file is larger than this question takes.", "err_file_size", "size", words.Bytes(most))
}

// TakesFile tells why a question does not take a file of that type and size;
// nil where it does.
func TakesFile(q *Question, mime string, size int) *Refusal {
	accept, most := takes(q)
	switch {
	case !slices.Contains(accept, mime):
		return file{}.wrongType(accept)
	case size > most:
		return file{}.tooLarge(most)
	}
	return nil
}

func (f file) Compile(q *Question) Check {
	accept, most := takes(q)
	none := refuse(`An uploaded file is needed: {"id": "fil_…", "name", "type", "bytes"}.`, "err_file")
	wrongType, tooLarge := f.wrongType(accept), f.tooLarge(most)
	return func(v *fastjson.Value) *Refusal {
		o, err := v.Object()
		if err != nil {
			return none
		}
		known := 0
		for _, k := range fileKeys {
			if o.Get(k) != nil {
				known++
			}
		}
		if known != o.Len() || !ident.Valid("fil", string(o.Get("id").GetStringBytes())) {
			return none
		}
		if name := o.Get("name"); name != nil && !fileName(name) {
			return none
		}
		if mime := o.Get("type"); mime != nil && !slices.ContainsFunc(accept, func(a string) bool { return a == string(mime.GetStringBytes()) }) {
			return wrongType
		}
		if size := o.Get("bytes"); size != nil {
			n, ok := whole(size)
			switch {
			case !ok || n < 1:
				return none
			case n > most:
				return tooLarge
			}
		}
		return nil
	}
}

var fileKeys = []string{"id", "name", "type", "bytes"}

func fileName(v *fastjson.Value) bool {
	b, err := v.StringBytes()
	n := characters(b)
	return err == nil && n > 0 && n <= maxFileName && !bytes.ContainsFunc(b, unicode.IsControl) && !bytes.ContainsAny(b, `/\`)
}

func (file) Control(q *Question) Control {
	accept, most := takes(q)
	return Control{Kind: Upload, Accept: accept, MaxBytes: most, Hint: say("file_hint", "types", mediaNames(accept), "size", words.Bytes(most))}
}

// Read takes the id of a file and what is known of it from the fields behind
// it, which the page fills after an upload. {id}.remove takes the file away.
func (file) Read(q *Question, f Form) []byte {
	id := line(f.Get(q.ID))
	if id == "" || f.Get(q.ID+".remove") != "" {
		return nil
	}
	out := slices.Concat([]byte(`{"id":`), quote(id))
	for _, k := range fileKeys[1:] {
		s := line(f.Get(q.ID + "." + k))
		switch {
		case s == "":
			continue
		case k == "bytes":
			out = slices.Concat(out, []byte(`,"bytes":`), numberOf(s))
		default:
			out = slices.Concat(out, []byte(`,"`+k+`":`), quote(s))
		}
	}
	return append(out, '}')
}

func (file) Fields(q *Question, answer *fastjson.Value) url.Values {
	id := fileID(answer)
	if id == "" {
		return nil
	}
	f := field(q, id)
	for _, k := range fileKeys[1:] {
		v := answer.Get(k)
		if n, ok := float(v); ok && k == "bytes" {
			f.Set(q.ID+"."+k, figure(n))
		} else if s, ok := str(v); ok && s != "" {
			f.Set(q.ID+"."+k, s)
		}
	}
	return f
}

// fileID gives the id in an answer; "" where there is none.
func fileID(answer *fastjson.Value) string {
	if answer == nil {
		return ""
	}
	id, _ := str(answer.Get("id"))
	return id
}

func (file) files(answer *fastjson.Value) []string {
	if id := fileID(answer); id != "" {
		return []string{id}
	}
	return nil
}

func (file) Symbol(_ *Question, part string) (logic.Symbol, bool) {
	return logic.Symbol{Kind: logic.Record}, part == ""
}

func (file) Value(_ *Question, answer *fastjson.Value, part string) logic.Value {
	if part != "" || fileID(answer) == "" {
		return logic.Value{}
	}
	return logic.Group(1)
}

// Say gives the file's name.
func (file) Say(_ *Question, answer *fastjson.Value, part, _ string, _ *words.Words) string {
	if part != "" || fileID(answer) == "" {
		return ""
	}
	name, _ := str(answer.Get("name"))
	return name
}
