package files

import (
	"waymark/surveys/picture"
	"waymark/surveys/when"
)

// MaxBytes is how large a file may be, before and after it is cleaned.
const MaxBytes = 5 << 20

// limits bound pictures: what a phone takes as ever, with its 12 million
// pixels, passes; decoding the largest takes some 200 MB for a second.
var limits = picture.Limits{Bytes: MaxBytes, Side: 8192, Pixels: 16 << 20}

// The media types of what is taken. WebP is stored as PNG or JPEG.
const (
	PNG  = "image/png"
	JPEG = "image/jpeg"
	WebP = "image/webp"
	PDF  = "application/pdf"
)

// Types are the media types that are taken.
func Types() []string { return []string{PNG, JPEG, WebP, PDF} }

// called is how people call them.
var called = map[string]string{PNG: "PNG", JPEG: "JPEG", WebP: "WebP", PDF: "PDF"}

// extensions are those of what is stored.
var extensions = map[string]string{PNG: ".png", JPEG: ".jpg", PDF: ".pdf"}

// Use is what a file came for.
type Use string

// The uses. Only what came by a key is ever public.
const (
	Upload Use = "upload" // by a key, for pages
	Answer Use = "answer" // with somebody's answer
)

// File is a file without its bytes.
type File struct {
	ID            string // fil_…
	Name          string // made here: Name
	Type          string // PNG, JPEG or PDF
	Bytes         int
	Width, Height int // of a picture, in pixels; else 0
	Use           Use
	CreatedAt     when.Time
	CreatedBy     string // the key's name; empty for an answer's
}

// Picture reports a file that pages may show.
func (f File) Picture() bool { return f.Use == Upload && (f.Type == PNG || f.Type == JPEG) }
