package picture

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that are taken
	_ "image/png"
	"strings"

	_ "golang.org/x/image/webp"
)

// What a picture may be, before and after it is encoded again.
const (
	MaxBytes  = 200 << 10
	MaxSide   = 4096
	MaxPixels = 4 << 20 // of one picture; it takes four bytes of each to decode, at most eight
	maxScans  = 100     // of a progressive JPEG, each of which may visit every pixel
)

// Wanted says what is taken, in words.
var Wanted = fmt.Sprintf("Send a picture as a data: URL of a PNG, JPEG or WebP (data:image/png;base64,…) of at most %d KiB, %d pixels a side and %d million pixels in all.",
	MaxBytes>>10, MaxSide, MaxPixels/1_000_000)

// Refusal says in a sentence for people what is wrong with a picture.
type Refusal string

func (r Refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }

type head struct {
	raw           []byte
	format        string
	width, height int
}

// Head reads what a picture declares and gives the number of its pixels, or a
// Refusal.
func Head(url string) (pixels int, err error) {
	h, err := read(url)
	return h.width * h.height, err
}

func read(url string) (h head, err error) {
	rest, ok := strings.CutPrefix(url, "data:image/")
	format, data, cut := strings.Cut(rest, ";base64,")
	if !ok || !cut || (format != "png" && format != "jpeg" && format != "webp") {
		return h, refuse("%s", Wanted)
	}
	if base64.StdEncoding.DecodedLen(len(data)) > MaxBytes+2 {
		return h, refuse("The picture is larger than %d KiB. %s", MaxBytes>>10, Wanted)
	}
	h.format = format
	if h.raw, err = base64.StdEncoding.DecodeString(data); err != nil {
		return h, refuse("The picture is not in base64. %s", Wanted)
	}
	if len(h.raw) > MaxBytes {
		return h, refuse("The picture is larger than %d KiB. %s", MaxBytes>>10, Wanted)
	}
	config, found, err := image.DecodeConfig(bytes.NewReader(h.raw))
	if err != nil || found != format {
		return h, refuse("This is no whole %s. %s", names[format], Wanted)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > MaxSide || config.Height > MaxSide || config.Width*config.Height > MaxPixels {
		return h, refuse("The picture has %d by %d pixels. %s", config.Width, config.Height, Wanted)
	}
	if format == "jpeg" && bytes.Count(h.raw, []byte{0xff, 0xda}) > maxScans {
		return h, refuse("The JPEG has more than %d scans; save it as a plain one.", maxScans)
	}
	h.width, h.height = config.Width, config.Height
	return h, nil
}

var names = map[string]string{"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}

// Clean decodes a picture and encodes it again. What is wrong with the picture
// is a Refusal.
func Clean(url string) (string, error) {
	h, err := read(url)
	if err != nil {
		return "", err
	}
	m, _, err := image.Decode(bytes.NewReader(h.raw))
	if err != nil || m.Bounds().Dx() != h.width || m.Bounds().Dy() != h.height {
		return "", refuse("This is no whole %s that stands still. %s", names[h.format], Wanted)
	}
	turn := upright
	if h.format == "jpeg" {
		turn = orientation(h.raw)
	}
	photo := h.format == "jpeg"
	switch m.(type) {
	case *image.YCbCr, *image.NYCbCrA: // of a WebP that lost something already
		photo = true
	}
	format, raw, err := encode(turned(eight(m), turn), photo)
	if err != nil {
		return "", fmt.Errorf("encoding a picture again: %w", err)
	}
	return "data:image/" + format + ";base64," + base64.StdEncoding.EncodeToString(raw), nil
}
