package picture

import (
	"bytes"
	"encoding/base64"
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

func url(format string, raw []byte) string {
	return "data:image/" + format + ";base64," + base64.StdEncoding.EncodeToString(raw)
}

// open gives the bytes and the pixels of a data: URL.
func open(t *testing.T, s string) (raw []byte, format string, m image.Image) {
	t.Helper()
	_, data, _ := strings.Cut(s, ";base64,")
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	m, format, err = image.Decode(bytes.NewReader(raw))
	if err != nil || !strings.HasPrefix(s, "data:image/"+format+";") {
		t.Fatalf("%.40s: %s %v", s, format, err)
	}
	return raw, format, m
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
		got, err := Clean(url(c.format, c.raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		raw, format, m := open(t, got)
		if format != c.becomes || bytes.Contains(raw, []byte(secret)) || bytes.Contains(raw, []byte("Exif")) || bytes.Contains(raw, []byte("ICC")) {
			t.Errorf("%s: became %s, %q", name, format, raw)
		}
		_, _, was := open(t, url(c.format, c.raw))
		if m.Bounds() != was.Bounds() {
			t.Errorf("%s: %v became %v", name, was.Bounds(), m.Bounds())
		}
		if d := distance(was, m); d > 12 {
			t.Errorf("%s: its pixels changed by %.1f of 255", name, d)
		}
		if again, err := Clean(got); err != nil || format == "png" && again != got {
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
			got, err := Clean(url("jpeg", segment(jpegOf(t, stored, 95), 0xe1, exif(order, o))))
			if err != nil {
				t.Fatal(err)
			}
			_, _, m := open(t, got)
			if m.Bounds() != upright.Bounds() || distance(upright, m) > 10 {
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
		format, raw, err := encode(c.m, c.photo)
		if err != nil || format != c.format || len(raw) > MaxBytes {
			t.Errorf("%s: %s of %d bytes, %v", name, format, len(raw), err)
		}
		m, _, err := image.Decode(bytes.NewReader(raw))
		if err != nil || (m.Bounds() == c.m.Bounds()) != c.same {
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
	small := append([]byte{}, extended...)
	copy(small[24:30], []byte{0, 0, 0, 0, 0, 0}) // the head says 1 by 1, the frame 48 by 32
	scans := jpegOf(t, flag(8, 8), 90)
	scans = segment(scans, 0xfe, bytes.Repeat([]byte{0xff, 0xda}, maxScans+1))
	for name, c := range map[string]struct{ url, want string }{
		"nothing":                      {"", "data: URL"},
		"an address":                   {"https://shop.example/a.png", "data: URL"},
		"a script":                     {"javascript:alert(1)", "data: URL"},
		"an SVG":                       {"data:image/svg+xml;base64,PHN2Zy8+", "data: URL"},
		"a GIF":                        {url("gif", []byte("GIF89a")), "data: URL"},
		"a page":                       {"data:text/html;base64,PGI+", "data: URL"},
		"parameters before base64":     {"data:image/png;charset=x;base64," + base64.StdEncoding.EncodeToString(plain), "data: URL"},
		"no base64":                    {"data:image/png;base64,%%%", "base64"},
		"a line end in base64":         {"data:image/png;base64,AAAA\nAAAA", "whole PNG"},
		"nothing in it":                {"data:image/png;base64,", "whole PNG"},
		"a JPEG that calls itself PNG": {url("png", jpegOf(t, flag(8, 8), 90)), "whole PNG"},
		"half of one":                  {url("png", plain[:len(plain)/2]), "whole PNG"},
		"201 KiB":                      {url("png", append(append([]byte{}, plain...), make([]byte, 201<<10)...)), "larger than 200 KiB"},
		"16 million pixels":            {url("png", huge.Bytes()), "4096 by 4096"},
		"a side of 100,000":            {url("png", declares(100_000, 1)), "100000 by 1"},
		"a side of 2^31-1":             {url("png", declares(1<<31-1, 1)), ""},
		"a WebP of two sizes":          {url("webp", small), "whole WebP"},
		"a WebP cut off":               {url("webp", extended[:len(extended)-100]), "whole WebP"},
		"a hundred and one scans":      {url("jpeg", scans), "scans"},
	} {
		began := time.Now()
		got, err := Clean(c.url)
		var refused Refusal
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || got != "" {
			t.Errorf("%s: %.60q %v", name, got, err)
		}
		if d := time.Since(began); d > time.Second {
			t.Errorf("%s: refused after %v", name, d)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("png", pngOf(f, flag(4, 4)))
	f.Add("jpeg", segment(jpegOf(f, flag(4, 4), 80), 0xe1, exif(binary.BigEndian, 6)))
	f.Add("webp", webp(f, "lossy-alpha"))
	f.Add("webp", webp(f, "lossless-alpha"))
	f.Fuzz(func(t *testing.T, format string, raw []byte) {
		if pixels, err := Head(url(format, raw)); err != nil || pixels > 1<<16 {
			return // large ones would only be slow
		}
		got, err := Clean(url(format, raw))
		if err != nil {
			var refused Refusal
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		if _, err := Head(got); err != nil {
			t.Fatalf("what was encoded again is refused: %v", err)
		}
	})
}

func BenchmarkCleanAPhotograph(b *testing.B) {
	s := url("jpeg", jpegOf(b, flag(1600, 1200), 85))
	for b.Loop() {
		if _, err := Clean(s); err != nil {
			b.Fatal(err)
		}
	}
}
