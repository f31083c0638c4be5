package picture

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

func url(format string, raw []byte) string {
	return "data:image/" + format + ";base64," + base64.StdEncoding.EncodeToString(raw)
}

// plain is a picture, as a PNG and as a JPEG.
func plain(t testing.TB) (asPNG, asJPEG []byte) {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 8, 8))
	m.Set(3, 3, color.White)
	var p, j bytes.Buffer
	if err := errors.Join(png.Encode(&p, m), jpeg.Encode(&j, m, nil)); err != nil {
		t.Fatal(err)
	}
	return p.Bytes(), j.Bytes()
}

func TestAPictureOfAMapIsADataURLAndStaysOne(t *testing.T) {
	p, j := plain(t)
	for format, raw := range map[string][]byte{"png": append(p, "tail"...), "jpeg": append(j, "tail"...)} {
		got, err := Clean(url(format, raw))
		if err != nil {
			t.Fatal(err)
		}
		head, data, _ := strings.Cut(got, ",")
		clean, err := base64.StdEncoding.DecodeString(data)
		if err != nil || head != "data:image/"+format+";base64" || bytes.Contains(clean, []byte("tail")) {
			t.Errorf("%.60s: %v", got, err)
		}
		if pixels, err := Head(got); err != nil || pixels != 64 {
			t.Errorf("%d pixels, %v", pixels, err)
		}
	}
}

// How pictures are read is tested where they are, in the package picture of surveys.
func TestEveryRefusalSaysWhatIsTaken(t *testing.T) { // attack 29
	p, j := plain(t)
	var wide bytes.Buffer
	if err := png.Encode(&wide, image.NewPaletted(image.Rect(0, 0, 4097, 1), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ url, want string }{
		"nothing":                      {"", ""},
		"an address":                   {"https://shop.example/a.png", ""},
		"a script":                     {"javascript:alert(1)", ""},
		"an SVG":                       {"data:image/svg+xml;base64,PHN2Zy8+", ""},
		"a GIF":                        {url("gif", []byte("GIF89a")), ""},
		"a page":                       {"data:text/html;base64,PGI+", ""},
		"parameters before base64":     {"data:image/png;charset=x;base64," + base64.StdEncoding.EncodeToString(p), ""},
		"no base64":                    {"data:image/png;base64,%%%", "base64"},
		"a line end in base64":         {"data:image/png;base64,AAAA\nAAAA", "whole PNG"},
		"nothing in it":                {"data:image/png;base64,", "whole PNG"},
		"a JPEG that calls itself PNG": {url("png", j), "whole PNG"},
		"201 KiB":                      {url("png", append(append([]byte{}, p...), make([]byte, 201<<10)...)), "larger than 200 KiB"},
		"a byte over 200 KiB":          {url("png", append(append([]byte{}, p...), make([]byte, MaxBytes+1-len(p))...)), "larger than 200 KiB"},
		"4,097 pixels wide":            {url("png", wide.Bytes()), "4097 by 1"},
	} {
		got, err := Clean(c.url)
		var refused Refusal
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || !strings.HasSuffix(err.Error(), Wanted) || got != "" {
			t.Errorf("%s: %.60q %v", name, got, err)
		}
		if _, err := Head(c.url); !errors.As(err, &refused) {
			t.Errorf("%s: its head is taken: %v", name, err)
		}
	}
}

func FuzzClean(f *testing.F) {
	p, j := plain(f)
	f.Add(url("png", p))
	f.Add(url("jpeg", j))
	f.Add("data:image/webp;base64,UklGRg==")
	f.Fuzz(func(t *testing.T, s string) {
		if pixels, err := Head(s); err != nil || pixels > 1<<16 {
			return // large ones would only be slow
		}
		got, err := Clean(s)
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
