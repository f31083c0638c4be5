package link_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"

	"waymark/surveys/ident"
	"waymark/surveys/link"
)

// scan reads a picture as a phone does, by another library than drew it. Of the
// largest codes that library does not find the place in a picture; asked to, it
// takes the picture for the code and reads that.
func scan(m image.Image, largest bool) (string, error) {
	bits, err := gozxing.NewBinaryBitmapFromImage(m)
	if err != nil {
		return "", err
	}
	var hints map[gozxing.DecodeHintType]any
	if largest {
		hints = map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
	}
	r, err := qrcode.NewQRCodeReader().Decode(bits, hints)
	if err != nil {
		return "", err
	}
	return r.GetText(), nil
}

var addresses = []string{
	"https://waymark.example/s/AbCdEfGhIjKlMnOpQrStUvWxYz0",
	"http://127.0.0.1:8080/s/___-----___-----___-----___",
	"https://feedback.shop.example/s/" + ident.DeriveToken("a", "b") + "?sat=4&lang=pt-BR&from=caf%C3%A9",
	"https://xn--bcher-kva.example/s/000000000000000000000000000",
	"HTTPS://SHOP.EXAMPLE/S/ABC",
	"https://shop.example/s/<&\"'>]]>",
	"https://" + strings.Repeat("long.", 40) + "example/s/" + ident.DeriveToken("a", "b"),
	"https://shop.example/" + strings.Repeat("x", 2200),
}

func TestAScannerReadsTheAddressFromEachPicture(t *testing.T) {
	for _, a := range addresses {
		scales, largest := []int{1, 2, 8}, len(a) > 1000
		if a == addresses[0] {
			scales = append(scales, 3, 40)
		}
		for _, scale := range scales {
			b, err := link.QRPNG(a, scale)
			if err != nil {
				t.Fatal(err)
			}
			m, err := png.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := scan(m, largest); err != nil || got != a {
				t.Errorf("%.60s at scale %d: %q %v", a, scale, got, err)
			}
		}
		m := rasterized(t, a, 5)
		if got, err := scan(m, largest); err != nil || got != a {
			t.Errorf("%.60s as an SVG: %q %v", a, got, err)
		}
	}
}

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// rasterized reads the SVG as strict XML and paints its paths.
func rasterized(t *testing.T, address string, scale int) image.Image {
	t.Helper()
	b, err := link.QRSVG(address)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("example")) {
		t.Errorf("the address stands in the SVG: %.200s", b)
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = true
	var paths []string
	side, depth := 0, 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("no strict XML: %v", err)
		}
		switch el := tok.(type) {
		case xml.StartElement:
			if depth++; el.Name.Space != "http://www.w3.org/2000/svg" || el.Name.Local != [...]string{"", "svg", "path"}[depth] {
				t.Fatalf("an element %v", el.Name)
			}
			for _, a := range el.Attr {
				switch a.Name.Local {
				case "viewBox":
					if side, err = strconv.Atoi(strings.Fields(a.Value)[3]); err != nil {
						t.Fatal(err)
					}
				case "d":
					paths = append(paths, a.Value)
				}
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			t.Fatalf("text: %q", el)
		}
	}
	if len(paths) != 2 || run.ReplaceAllString(paths[1], "") != "" {
		t.Fatalf("paths: %.200v", paths)
	}
	m := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	for _, r := range run.FindAllStringSubmatch(paths[1], -1) {
		n := make([]int, 5)
		for i := 1; i < 5; i++ {
			n[i], _ = strconv.Atoi(r[i])
		}
		if n[3] != n[4] {
			t.Fatalf("the run %s is not closed", r[0])
		}
		draw.Draw(m, image.Rect(n[1]*scale, n[2]*scale, (n[1]+n[3])*scale, (n[2]+1)*scale), image.Black, image.Point{}, draw.Src)
	}
	return m
}

// The standard asks for four white modules around a code, and level M must be
// what is written into it.
func TestACodeHasItsQuietZoneAndItsLevel(t *testing.T) {
	const scale = 5
	for _, a := range addresses[:4] {
		b, err := link.QRPNG(a, scale)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		black := image.Rectangle{Min: m.Bounds().Max}
		for y := range m.Bounds().Dy() {
			for x := range m.Bounds().Dx() {
				if r, _, _, _ := m.At(x, y).RGBA(); r == 0 {
					black.Min = image.Pt(min(black.Min.X, x), min(black.Min.Y, y))
					black.Max = image.Pt(max(black.Max.X, x+1), max(black.Max.Y, y+1))
				}
			}
		}
		if black.Min != image.Pt(4*scale, 4*scale) || m.Bounds().Max.Sub(black.Max) != image.Pt(4*scale, 4*scale) {
			t.Errorf("the code lies in %v of %v", black, m.Bounds())
		}
		bits, err := gozxing.NewBinaryBitmapFromImage(m)
		if err != nil {
			t.Fatal(err)
		}
		matrix, err := bits.GetBlackMatrix()
		if err != nil {
			t.Fatal(err)
		}
		found, err := detector.NewDetector(matrix).Detect(nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := decoder.NewDecoder().Decode(found.GetBits(), nil)
		if err != nil || r.GetECLevel() != "M" {
			t.Errorf("level %q: %v", r.GetECLevel(), err)
		}
	}
}

// A thumb, a scratch, a logo: a code is read with a part of it covered.
func TestACoveredCodeIsStillRead(t *testing.T) {
	const scale = 8
	b, err := link.QRPNG(addresses[0], scale)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	covered := image.NewGray(m.Bounds())
	draw.Draw(covered, m.Bounds(), m, image.Point{}, draw.Src)
	middle := m.Bounds().Dx() / 2
	draw.Draw(covered, image.Rect(middle-3*scale, middle-3*scale, middle+3*scale, middle+3*scale), image.NewUniform(color.Gray{Y: 255}), image.Point{}, draw.Src)
	if got, err := scan(covered, false); err != nil || got != addresses[0] {
		t.Fatalf("%q %v", got, err)
	}
}

func TestWhatNoCodeCanHoldIsAnErrorAndScalesAreBounded(t *testing.T) {
	long := "https://shop.example/" + strings.Repeat("x", 3000)
	if b, err := link.QRSVG(long); err == nil || b != nil {
		t.Error("an SVG of what no code can hold")
	}
	if b, err := link.QRPNG(long, 4); err == nil || b != nil {
		t.Error("a PNG of what no code can hold")
	}
	for scale, want := range map[int]int{-1: 1, 0: 1, 1: 1, 40: 40, 41: 40, 1 << 40: 40} {
		b, err := link.QRPNG("https://a.example/s/x", scale)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil || c.Width != c.Height || c.Width%want != 0 || (c.Width/want-8-17)%4 != 0 {
			t.Errorf("scale %d: %d pixels, %v", scale, c.Width, err)
		}
	}
}
