package picture

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that are taken
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// Limits bound a picture, before and after it is encoded again.
type Limits struct {
	Bytes  int
	Side   int // pixels
	Pixels int // it takes four bytes of each to decode, at most eight, and as much again to turn it
}

// The scans of a progressive JPEG may each visit every pixel: so many of them
// and so many visits are taken. What cameras and programs write has about ten.
const (
	maxScans  = 100
	maxVisits = maxScans * (4 << 20)
)

// Refusal says in a sentence for people what is wrong with a picture.
type Refusal string

func (r Refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }

// names are the formats that are taken, as people call them.
var names = map[string]string{"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}

// Kind tells by the first bytes as which format something must be read: png,
// jpeg, webp, or "" for none of those that are taken.
func Kind(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		return "jpeg"
	case len(raw) >= 12 && string(raw[:4]) == "RIFF" && string(raw[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

// Size is what a picture has on its sides, in pixels.
type Size struct{ Width, Height int }

// Pixels is the number of all of them.
func (s Size) Pixels() int { return s.Width * s.Height }

// Head reads what a picture of a format declares, or gives a Refusal.
func (l Limits) Head(format string, raw []byte) (Size, error) {
	name, taken := names[format]
	if !taken {
		return Size{}, refuse("This is no PNG, JPEG or WebP.")
	}
	if len(raw) > l.Bytes {
		return Size{}, refuse("The picture is larger than %s.", l.most())
	}
	config, found, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || found != format {
		return Size{}, refuse("This is no whole %s.", name)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > l.Side || config.Height > l.Side || config.Width*config.Height > l.Pixels {
		return Size{}, refuse("The picture has %d by %d pixels.", config.Width, config.Height)
	}
	if format == "jpeg" {
		if n := bytes.Count(raw, []byte{0xff, 0xda}); n > maxScans || n*config.Width*config.Height > maxVisits {
			return Size{}, refuse("The JPEG has %d scans, which is too many for its size; save it as a plain one.", n)
		}
	}
	return Size{config.Width, config.Height}, nil
}

// most writes the limit of bytes for people.
func (l Limits) most() string {
	if l.Bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MB", l.Bytes>>20)
	}
	return fmt.Sprintf("%d KiB", l.Bytes>>10)
}

// Clean decodes a picture of a format and encodes it again, as png or jpeg, and
// gives how large it is then. What is wrong with the picture is a Refusal.
func (l Limits) Clean(format string, raw []byte) (becomes string, clean []byte, size Size, err error) {
	declared, err := l.Head(format, raw)
	if err != nil {
		return "", nil, Size{}, err
	}
	m, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil || m.Bounds().Dx() != declared.Width || m.Bounds().Dy() != declared.Height {
		return "", nil, Size{}, refuse("This is no whole %s that stands still.", names[format])
	}
	turn := upright
	if format == "jpeg" {
		turn = orientation(raw)
	}
	photo := format == "jpeg"
	switch m.(type) {
	case *image.YCbCr, *image.NYCbCrA: // of a WebP that lost something already
		photo = true
	}
	becomes, clean, m, err = l.encode(turned(eight(m), turn), photo)
	if err != nil {
		return "", nil, Size{}, fmt.Errorf("encoding a picture again: %w", err)
	}
	return becomes, clean, Size{m.Bounds().Dx(), m.Bounds().Dy()}, nil
}
