package mapping_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"waymark/surveys/fault"
)

// photograph is a JPEG that tells where it was taken.
func photograph(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i >> 4)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	place := "\xff\xfe\x00\x0eGPS 58 N 26 E"
	raw := append(append(append([]byte{}, b.Bytes()[:2]...), place[:16]...), b.Bytes()[2:]...)
	return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(raw)
}

func plainPNG(t *testing.T, w, h int) string {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

// pictured is a map whose every other byte must come back as it was sent.
func pictured(persona, panel string) string {
	return fmt.Sprintf(`{"title":"x","personas":[{"picture":%q,"id":"ana","name":"\u0041na, 34"}],"stages":[{"id":"a","name":"A","believed":{"emotion":1.50}}],"story":[{"panel":"problem","text":"/personas/0/picture"},{"panel":"outcome","text":"picture","picture":%q}]}`, persona, panel)
}

func between(t *testing.T, doc []byte) (persona, panel string) {
	t.Helper()
	_, rest, _ := strings.Cut(string(doc), `"picture":"data:`)
	persona, rest, _ = strings.Cut(rest, `"`)
	_, rest, _ = strings.Cut(rest, `"picture":"data:`)
	panel, _, _ = strings.Cut(rest, `"`)
	return "data:" + persona, "data:" + panel
}

func TestPicturesAreEncodedAgainOnceAndTheRestStaysAsSent(t *testing.T) {
	ctx := context.Background()
	_, s, _ := scene(t, document)
	webp, err := os.ReadFile("../surveys/picture/testdata/lossless-alpha.webp")
	if err != nil {
		t.Fatal(err)
	}
	photo, drawing := photograph(t), "data:image/webp;base64,"+base64.StdEncoding.EncodeToString(webp)
	r, err := s.Maps.Create(ctx, actor, "map_"+strings.Repeat("b", 26), false, []byte(pictured(photo, drawing)))
	if err != nil {
		t.Fatal(err)
	}
	persona, panel := between(t, r.Document)
	if string(r.Document) != pictured(persona, panel) {
		t.Errorf("more than the pictures changed:\n%s\n%s", r.Document, pictured(persona, panel))
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(persona, "data:image/jpeg;base64,"))
	if err != nil || bytes.Contains(raw, []byte("GPS")) || !strings.HasPrefix(panel, "data:image/png;base64,") {
		t.Errorf("the pictures are %.40s %.40s, %v", persona, panel, err)
	}
	// What GET gave, PUT takes as it is: nothing changed.
	same, err := s.Maps.Put(ctx, actor, r.ID, 1, r.Document)
	if err != nil || same.Version != 1 {
		t.Fatalf("version %d, %v", same.Version, err)
	}
	// So it does with what was sent first.
	same, err = s.Maps.Put(ctx, actor, r.ID, 1, []byte(pictured(photo, drawing)))
	if err != nil || same.Version != 1 {
		t.Errorf("version %d, %v", same.Version, err)
	}
	// A photograph does not wear out by edits, in whichever place it stands.
	edited, err := s.Maps.Put(ctx, actor, r.ID, 1, []byte(pictured(plainPNG(t, 9, 9), persona)))
	if err != nil {
		t.Fatal(err)
	}
	if _, now := between(t, edited.Document); now != persona {
		t.Error("a photograph was encoded twice")
	}
	// Nor by going back to a version that the newest one no longer has.
	if edited, err = s.Maps.Put(ctx, actor, r.ID, 2, []byte(`{"title":"x","stages":[{"id":"a","name":"A"}]}`)); err != nil {
		t.Fatal(err)
	}
	back, err := s.Maps.Restore(ctx, actor, r.ID, 1, edited.Version)
	if err != nil || !bytes.Equal(back.Document, r.Document) {
		t.Errorf("going back changed the document: %v", err)
	}
}

func TestPicturesThatCannotBeTakenAreRefusedWithPointers(t *testing.T) { // attack 29
	ctx := context.Background()
	_, s, _ := scene(t, document)
	good := plainPNG(t, 4, 4)
	cut := plainPNG(t, 300, 300)
	cut = cut[:len(cut)/8*4]
	many := func(picture string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,{"id":"p%d","name":"P","picture":%q}`, i, picture)
		}
		return `{"title":"x","stages":[{"id":"a","name":"A"}],"personas":[` + b.String()[1:] + `]}`
	}
	for name, c := range map[string]struct {
		body     string
		pointers []string
	}{
		"two that are none": {pictured("https://shop.example/a.png", "data:image/svg+xml;base64,PHN2Zy8+"), []string{"#/personas/0/picture", "#/story/1/picture"}},
		"pixels cut off":    {pictured(good, cut), []string{"#/story/1/picture"}},
		"both cut off":      {pictured(cut, cut), []string{"#/personas/0/picture", "#/story/1/picture"}},
		"a bomb":            {pictured(plainPNG(t, 4096, 4096), good), []string{"#/personas/0/picture"}},
		"many small bombs":  {many(plainPNG(t, 2048, 2048), 60), []string{"#/personas/4/picture"}},
	} {
		_, err := s.Maps.Create(ctx, actor, "map_"+strings.Repeat("c", 26), false, []byte(c.body))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %.200v", name, err)
			continue
		}
		for _, p := range c.pointers {
			if !strings.Contains(err.Error(), p+" ") {
				t.Errorf("%s: %s is missing in %.300v", name, p, err)
			}
		}
	}
	if _, err := s.Maps.Get(ctx, ws, "map_"+strings.Repeat("c", 26)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a refused map is stored: %v", err)
	}
}

func TestAMapThatItsPicturesMakeTooLargeIsRefused(t *testing.T) {
	// A drawing that WebP and PNG at their best hold in little, times many.
	_, s, _ := scene(t, document)
	var b strings.Builder
	m := image.NewNRGBA(image.Rect(0, 0, 700, 300)) // noise with alpha: 200 KiB once it is a PNG
	for i := range m.Pix {
		m.Pix[i] = byte(i * i * 2654435761 >> 13)
	}
	var raw bytes.Buffer
	if err := jpeg.Encode(&raw, m, &jpeg.Options{Quality: 20}); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		fmt.Fprintf(&b, `,{"id":"p%d","name":"P","picture":"data:image/jpeg;base64,%s"}`, i, base64.StdEncoding.EncodeToString(raw.Bytes()))
	}
	body := `{"title":"x","stages":[{"id":"a","name":"A"}],"personas":[` + b.String()[1:] + `]}`
	if len(body) > 2<<20 {
		t.Fatalf("the map is too large as it is sent: %d", len(body))
	}
	_, err := s.Maps.Create(context.Background(), actor, "map_"+strings.Repeat("d", 26), false, []byte(body))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "smaller ones") {
		t.Errorf("%.300v", err)
	}
}
