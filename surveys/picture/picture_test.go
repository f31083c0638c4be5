package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// The limits of maps, and those of uploaded files.
var (
	small = Limits{Bytes: 200 << 10, Side: 4096, Pixels: 4 << 20}
	large = Limits{Bytes: 5 << 20, Side: 8192, Pixels: 16 << 20}
)

// open gives the pixels of a picture.
func open(t *testing.T, format string, raw []byte) image.Image {
	t.Helper()
	m, found, err := image.Decode(bytes.NewReader(raw))
	if err != nil || found != format || Kind(raw) != format {
		t.Fatalf("%s of kind %s, said to be %s: %v", found, Kind(raw), format, err)
	}
	return m
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flag is a picture of which every corner differs.
func flag(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 200, 255}
			switch {
			case x < w/2 && y < h/2:
				c = color.RGBA{220, 0, 0, 255}
			case y < h/2:
				c = color.RGBA{0, 200, 0, 255}
			case x < w/2:
				c = color.RGBA{240, 240, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

const secret = "GPS 58.3780 N 26.7290 E"

// exif is a camera's block: how it was held, and where it was.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("Exif\x00\x00")
	mark := "II*\x00"
	if order.String() == "BigEndian" {
		mark = "MM\x00*"
	}
	b = append(b, mark...)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range []struct{ tag, value uint16 }{{0x010f, 1}, {0x0112, orientation}} {
		b = order.AppendUint16(b, e.tag)
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, e.value)
		b = order.AppendUint16(b, 0)
	}
	return append(order.AppendUint32(b, 0), secret...)
}

// segment puts a block behind the first two bytes of a JPEG.
func segment(raw []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), raw[2:]...)
}

// chunk puts a chunk behind the head of a PNG.
func chunk(raw []byte, kind string, body []byte) []byte {
	const head = 8 + 4 + 4 + 13 + 4
	out := append([]byte{}, raw[:head]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	named := append([]byte(kind), body...)
	out = append(out, named...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(named))
	return append(out, raw[head:]...)
}

// riff appends a chunk to a WebP that has an extended head.
func riff(raw []byte, kind string, body []byte) []byte {
	out := append(append([]byte{}, raw...), kind...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func webp(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".webp")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNothingButPixelsIsKept(t *testing.T) {
	plain, photo := pngOf(t, flag(40, 30)), jpegOf(t, flag(40, 30), 90)
	for name, c := range map[string]struct {
		format, becomes string
		raw             []byte
	}{
		"a PNG with a text":          {"png", "png", chunk(plain, "tEXt", []byte("Comment\x00"+secret))},
		"a PNG with EXIF":            {"png", "png", chunk(plain, "eXIf", exif(binary.BigEndian, 1))},
		"a PNG with a tail":          {"png", "png", append(append([]byte{}, plain...), secret...)},
		"a JPEG with EXIF":           {"jpeg", "jpeg", segment(photo, 0xe1, exif(binary.LittleEndian, 1))},
		"a JPEG with a comment":      {"jpeg", "jpeg", segment(photo, 0xfe, []byte(secret))},
		"a JPEG with XMP":            {"jpeg", "jpeg", segment(photo, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secret))},
		"a JPEG with a tail":         {"jpeg", "jpeg", append(append([]byte{}, photo...), secret...)},
		"a WebP with EXIF":           {"webp", "jpeg", riff(webp(t, "lossy"), "EXIF", exif(binary.LittleEndian, 1))},
		"a WebP with XMP":            {"webp", "png", riff(webp(t, "lossy-alpha"), "XMP ", []byte(secret))},
		"a lossless WebP with EXIF":  {"webp", "png", riff(webp(t, "lossless-alpha"), "EXIF", exif(binary.LittleEndian, 1))},
		"a WebP with a colour space": {"webp", "jpeg", webp(t, "lossy")},
	} {
		format, raw, size, err := small.Clean(c.format, c.raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := open(t, format, raw)
		if format != c.becomes || bytes.Contains(raw, []byte(secret)) || bytes.Contains(raw, []byte("Exif")) || bytes.Contains(raw, []byte("ICC")) {
			t.Errorf("%s: became %s, %q", name, format, raw)
		}
		was := open(t, c.format, c.raw)
		if m.Bounds() != was.Bounds() || m.Bounds().Max != image.Pt(size.Width, size.Height) {
			t.Errorf("%s: %v became %v", name, was.Bounds(), m.Bounds())
		}
		if d := distance(was, m); d > 12 {
			t.Errorf("%s: its pixels changed by %.1f of 255", name, d)
		}
		if _, again, _, err := small.Clean(format, raw); err != nil || format == "png" && !bytes.Equal(again, raw) {
			t.Errorf("%s: a second time it changes: %v", name, err)
		}
	}
}

// distance is the mean difference of a channel, times alpha.
func distance(a, b image.Image) float64 {
	sum, n := 0.0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			ar, ag, ab, aa := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			br, bg, bb, ba := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, p := range [][2]uint32{{ar, br}, {ag, bg}, {ab, bb}, {aa, ba}} {
				sum += float64(max(p[0], p[1])-min(p[0], p[1])) / 257
				n++
			}
		}
	}
	return sum / float64(n)
}

func TestAPhotographIsTurnedAsTheCameraWasHeld(t *testing.T) {
	upright := flag(40, 24)
	// What the camera stored for each way of holding it: the inverse of how it
	// is to be shown.
	inverse := map[uint16]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for o := uint16(1); o <= 8; o++ {
			stored := turned(upright, inverse[o])
			format, raw, size, err := small.Clean("jpeg", segment(jpegOf(t, stored, 95), 0xe1, exif(order, o)))
			if err != nil {
				t.Fatal(err)
			}
			m := open(t, format, raw)
			if (size != Size{40, 24}) || m.Bounds() != upright.Bounds() || distance(upright, m) > 10 {
				t.Errorf("%v, orientation %d: shown as %v, off by %.1f", order, o, m.Bounds(), distance(upright, m))
			}
		}
	}
}

// noise does not compress.
func noise(w, h int, alpha bool) image.Image {
	m, r := image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32() >> 9)
		if !alpha && i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return m
}

func TestWhatGrowsWhenItIsEncodedAgainIsMadeToFit(t *testing.T) {
	for name, c := range map[string]struct {
		m      image.Image
		photo  bool
		format string
		same   bool // of its size
	}{
		"noise without alpha becomes a JPEG": {noise(400, 300, false), false, "jpeg", true},
		"noise with alpha becomes smaller":   {noise(600, 400, true), true, "png", false},
		"a photograph of noise shrinks":      {noise(1200, 1000, false), true, "jpeg", false},
		"a drawing stays a PNG":              {flag(800, 600), false, "png", true},
	} {
		format, raw, as, err := small.encode(c.m, c.photo)
		if err != nil || format != c.format || len(raw) > small.Bytes {
			t.Errorf("%s: %s of %d bytes, %v", name, format, len(raw), err)
		}
		m, _, err := image.Decode(bytes.NewReader(raw))
		if err != nil || (m.Bounds() == c.m.Bounds()) != c.same || m.Bounds() != as.Bounds() {
			t.Errorf("%s: %v became %v, %v", name, c.m.Bounds(), m.Bounds(), err)
		}
	}
}

func TestPicturesAreRefusedByWhatTheyDeclareBeforeTheyAreDecoded(t *testing.T) { // attack 29
	var huge bytes.Buffer // 4,096 by 4,096 in a few kilobytes
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&huge, image.NewPaletted(image.Rect(0, 0, 4096, 4096), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	plain := pngOf(t, flag(8, 8))
	declares := func(w, h uint32) []byte {
		b := append([]byte{}, plain...)
		binary.BigEndian.PutUint32(b[16:], w)
		binary.BigEndian.PutUint32(b[20:], h)
		binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
		return b
	}
	extended := webp(t, "lossy")
	lies := append([]byte{}, extended...)
	copy(lies[24:30], []byte{0, 0, 0, 0, 0, 0}) // the head says 1 by 1, the frame 48 by 32
	scans := func(m image.Image, more int) []byte {
		return segment(jpegOf(t, m, 50), 0xfe, bytes.Repeat([]byte{0xff, 0xda}, more))
	}
	for name, c := range map[string]struct {
		limits Limits
		format string
		raw    []byte
		want   string
	}{
		"nothing":                       {small, "", nil, "no PNG, JPEG or WebP"},
		"a GIF":                         {small, "gif", []byte("GIF89a"), "no PNG, JPEG or WebP"},
		"an SVG":                        {small, "svg+xml", []byte("<svg/>"), "no PNG, JPEG or WebP"},
		"nothing in it":                 {small, "png", nil, "whole PNG"},
		"a JPEG that calls itself PNG":  {small, "png", jpegOf(t, flag(8, 8), 90), "whole PNG"},
		"half of one":                   {small, "png", plain[:len(plain)/2], "whole PNG"},
		"201 KiB":                       {small, "png", append(append([]byte{}, plain...), make([]byte, 201<<10)...), "larger than 200 KiB"},
		"a byte over 5 MB":              {large, "png", append(append([]byte{}, plain...), make([]byte, 5<<20+1-len(plain))...), "larger than 5 MB"},
		"16 million pixels":             {small, "png", huge.Bytes(), "4096 by 4096"},
		"a side of 100,000":             {large, "png", declares(100_000, 1), "100000 by 1"},
		"a side of 2^31-1":              {large, "png", declares(1<<31-1, 1), ""},
		"2^31-1 on both":                {large, "png", declares(1<<31-1, 1<<31-1), ""},
		"a WebP of two sizes":           {small, "webp", lies, "whole WebP"},
		"a WebP cut off":                {small, "webp", extended[:len(extended)-100], "whole WebP"},
		"a hundred and one scans":       {small, "jpeg", scans(flag(8, 8), maxScans), "101 scans"},
		"sixty scans of twelve million": {large, "jpeg", scans(flag(4000, 3000), 59), "60 scans"},
	} {
		began := time.Now()
		_, got, _, err := c.limits.Clean(c.format, c.raw)
		var refused Refusal
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || got != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if d := time.Since(began); d > time.Second {
			t.Errorf("%s: refused after %v", name, d)
		}
	}
}

func TestTheKindOfAPictureIsTakenFromItsBytes(t *testing.T) {
	for want, raw := range map[string][]byte{"png": pngOf(t, flag(2, 2)), "jpeg": jpegOf(t, flag(2, 2), 90), "webp": webp(t, "lossy")} {
		if got := Kind(raw); got != want {
			t.Errorf("%q is %q", want, got)
		}
		for i := range raw[:3] {
			if got := Kind(raw[:i]); got != "" {
				t.Errorf("%d bytes of a %s are a %s", i, want, got)
			}
		}
	}
	for _, other := range []string{"GIF89a", "BM", "<svg xmlns", "<!DOCTYPE html>", "%PDF-1.4", "PK\x03\x04", "RIFF\x00\x00\x00\x00WAVE", "\x00\x00\x00\x1cftypavif", " \x89PNG\r\n\x1a\n"} {
		if got := Kind([]byte(other)); got != "" {
			t.Errorf("%q is a %s", other, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("png", pngOf(f, flag(4, 4)))
	f.Add("jpeg", segment(jpegOf(f, flag(4, 4), 80), 0xe1, exif(binary.BigEndian, 6)))
	f.Add("webp", webp(f, "lossy-alpha"))
	f.Add("webp", webp(f, "lossless-alpha"))
	f.Fuzz(func(t *testing.T, format string, raw []byte) {
		if size, err := small.Head(format, raw); err != nil || size.Pixels() > 1<<16 {
			return // large ones would only be slow
		}
		became, got, size, err := small.Clean(format, raw)
		if err != nil {
			var refused Refusal
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		if again, err := small.Head(became, got); err != nil || again != size {
			t.Fatalf("what was encoded again is refused or of another size: %v %v", again, err)
		}
	})
}

func BenchmarkCleanAPhotograph(b *testing.B) {
	raw := jpegOf(b, flag(1600, 1200), 85)
	for b.Loop() {
		if _, _, _, err := small.Clean("jpeg", raw); err != nil {
			b.Fatal(err)
		}
	}
}

// What a phone takes today, held on its side: 12 million pixels.
func BenchmarkCleanAPhotographOfAPhone(b *testing.B) {
	raw := segment(jpegOf(b, flag(4000, 3000), 85), 0xe1, exif(binary.BigEndian, 6))
	for b.Loop() {
		if _, _, _, err := large.Clean("jpeg", raw); err != nil {
			b.Fatal(err)
		}
	}
}
