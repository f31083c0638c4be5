package page

import (
	"errors"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"waymark/surveys/fault"
	"waymark/surveys/question"
	"waymark/surveys/rest"
)

// Limits of what a page hands in, api.md §1.
const (
	// MaxBody is what a page may hand in with its files, in bytes.
	MaxBody = 2*question.MaxFile + 2*maxForm

	maxForm   = 256 << 10 // bytes of all fields but files
	maxFields = 2000      // names
	maxParts  = 4000      // of a multipart body
)

// form is what a page handed in. It implements question.Form.
type form struct {
	url.Values
	files map[string]upload
}

// upload is a file that was handed in.
type upload struct {
	name string
	body []byte
}

// All gives every value of a field.
func (f form) All(name string) []string { return f.Values[name] }

// readForm reads a body in one of the two encodings that browsers send.
func readForm(contentType string, body []byte) (form, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = ""
	}
	var f form
	switch kind {
	case "application/x-www-form-urlencoded":
		if len(body) > maxForm {
			return f, tooLarge()
		}
		f.Values, err = url.ParseQuery(string(body))
		if err != nil {
			return f, fault.New(fault.Malformed, "bad-form", "The form cannot be read.")
		}
	case "multipart/form-data":
		parts, err := rest.Parts(body, params["boundary"], maxParts)
		if err == nil {
			f, err = takeParts(parts)
		}
		if err != nil {
			return f, err
		}
	default:
		return f, fault.New(fault.Unsupported, "content-type", "Send the form as application/x-www-form-urlencoded or multipart/form-data.")
	}
	if len(f.Values) > maxFields {
		return f, tooLarge()
	}
	return f, nil
}

// errTexts tells a form whose texts are too long from one whose files are.
var errTexts = errors.New("the texts of the form are too long")

func tooLarge() error {
	return fault.Wrap(errTexts, fault.TooLarge, "body-too-large", "The form is larger than %d bytes.", maxForm)
}

// takeParts makes a form of the parts of a multipart body.
func takeParts(parts []rest.Part) (form, error) {
	f := form{Values: url.Values{}, files: map[string]upload{}}
	size := 0
	for _, p := range parts {
		if p.IsFile {
			if _, twice := f.files[p.Name]; len(p.Body) > 0 && !twice { // an empty one is a field that was left alone
				f.files[p.Name] = upload{p.FileName, p.Body}
			}
			continue
		}
		if size += len(p.Name) + len(p.Body); size > maxForm {
			return f, tooLarge()
		}
		f.Add(p.Name, string(p.Body))
	}
	return f, nil
}

// clean tells whether a question's fields hold only what can be stored: valid
// UTF-8 without NUL.
func (f form) clean(id string) bool {
	for name, values := range f.Values {
		if name != id && !strings.HasPrefix(name, id+".") {
			continue
		}
		for _, s := range values {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return false
			}
		}
	}
	return true
}
