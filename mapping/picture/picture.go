package picture

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"waymark/surveys/picture"
)

// What a picture may be, before and after it is encoded again.
const (
	MaxBytes  = 200 << 10
	MaxSide   = 4096
	MaxPixels = 4 << 20 // of one picture
)

var limits = picture.Limits{Bytes: MaxBytes, Side: MaxSide, Pixels: MaxPixels}

// Wanted says what is taken, in words.
var Wanted = fmt.Sprintf("Send a picture as a data: URL of a PNG, JPEG or WebP (data:image/png;base64,…) of at most %d KiB, %d pixels a side and %d million pixels in all.",
	MaxBytes>>10, MaxSide, MaxPixels/1_000_000)

// Refusal says in a sentence for people what is wrong with a picture.
type Refusal = picture.Refusal

// Head reads what a picture declares and gives the number of its pixels, or a
// Refusal.
func Head(url string) (pixels int, err error) {
	format, raw, err := read(url)
	if err != nil {
		return 0, err
	}
	size, err := limits.Head(format, raw)
	return size.Pixels(), wanting(err)
}

// read takes a data: URL apart.
func read(url string) (format string, raw []byte, err error) {
	rest, ok := strings.CutPrefix(url, "data:image/")
	format, data, cut := strings.Cut(rest, ";base64,")
	if !ok || !cut || (format != "png" && format != "jpeg" && format != "webp") {
		return "", nil, Refusal(Wanted)
	}
	if base64.StdEncoding.DecodedLen(len(data)) > MaxBytes+2 {
		return "", nil, wanting(Refusal(fmt.Sprintf("The picture is larger than %d KiB.", MaxBytes>>10)))
	}
	if raw, err = base64.StdEncoding.DecodeString(data); err != nil {
		return "", nil, wanting(Refusal("The picture is not in base64."))
	}
	return format, raw, nil
}

// wanting adds to a Refusal what is taken.
func wanting(err error) error {
	var refused Refusal
	if errors.As(err, &refused) {
		return Refusal(string(refused) + " " + Wanted)
	}
	return err
}

// Clean decodes a picture and encodes it again. What is wrong with the picture
// is a Refusal.
func Clean(url string) (string, error) {
	format, raw, err := read(url)
	if err != nil {
		return "", err
	}
	becomes, clean, _, err := limits.Clean(format, raw)
	if err != nil {
		return "", wanting(err)
	}
	return "data:image/" + becomes + ";base64," + base64.StdEncoding.EncodeToString(clean), nil
}
