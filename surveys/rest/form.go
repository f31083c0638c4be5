package rest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
)

// FormOverhead is what a form may have around its files, in bytes.
const FormOverhead = 64 << 10

// maxParts bounds the parts of a form.
const maxParts = 100

// Part is a field of a multipart form.
type Part struct {
	Name     string
	IsFile   bool   // be it one without a name, as of a field that was left alone
	FileName string // as the sender calls it: a hint, and no name for anything
	Body     []byte
}

// Multipart reads the body as a multipart form of at most limit bytes. It stays
// in memory; nothing of it is decoded or taken at its word.
func Multipart(c *fiber.Ctx, limit int) ([]Part, error) {
	raw, err := Body(c, limit, fiber.MIMEMultipartForm)
	if err != nil {
		return nil, err
	}
	_, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil {
		return nil, badForm("its Content-Type cannot be read")
	}
	return Parts(raw, params["boundary"], maxParts)
}

// Parts reads a multipart form of at most so many parts. They do not share raw's memory.
func Parts(raw []byte, boundary string, most int) ([]Part, error) {
	if boundary == "" {
		return nil, badForm("its Content-Type names no boundary")
	}
	var parts []Part
	r := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, badForm("it ends too early, or a part of it is no part of a form")
		}
		if len(parts) == most {
			return nil, badForm("it has too many parts")
		}
		kind, params, err := mime.ParseMediaType(p.Header.Get(fiber.HeaderContentDisposition))
		name := params["name"]
		if err != nil || kind != "form-data" || name == "" {
			return nil, badForm("a part of it has no name")
		}
		fileName, isFile := params["filename"]
		for _, s := range []string{name, fileName} {
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				return nil, fault.New(fault.Invalid, "bad-form-name", "A name in the form is not valid UTF-8 or has a NUL character.")
			}
		}
		body, err := io.ReadAll(p)
		if err != nil {
			return nil, badForm("it ends too early")
		}
		parts = append(parts, Part{name, isFile, fileName, body})
	}
}

func badForm(why string) error {
	return fault.New(fault.Malformed, "bad-form", "The form cannot be read: %s.", why)
}

// Fingerprinted gives what makes a body the same as another one: of a form that
// is all but the boundary, which senders make anew for each try.
func Fingerprinted(c *fiber.Ctx) []byte {
	raw := c.Request().Body()
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if b := params["boundary"]; err == nil && kind == fiber.MIMEMultipartForm && b != "" {
		return bytes.ReplaceAll(raw, []byte(b), nil)
	}
	return raw
}
