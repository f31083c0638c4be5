package files_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/files/sqlite"
	"waymark/surveys/ident"
)

func start(t *testing.T) *files.Service {
	return &files.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Now: func() time.Time { return time.UnixMilli(1_800_000_000_123) }}
}

func drawing(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(i/4%w*5) | byte(i%4/3*255)
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

// photograph is a JPEG with a camera's note of where it was taken and how it
// was held: on its side.
func photograph(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(w, h), &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	order := binary.LittleEndian
	note := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00")
	note = order.AppendUint16(note, 2)
	for _, e := range [][4]uint32{{0x0112, 3, 1, 6}, {0x8825, 4, 1, 38}} { // the orientation, and where GPS stands
		note = order.AppendUint16(note, uint16(e[0]))
		note = order.AppendUint16(note, uint16(e[1]))
		note = order.AppendUint32(note, e[2])
		note = order.AppendUint32(note, e[3])
	}
	note = append(order.AppendUint32(note, 0), "GPS 58.3780 N 26.7290 E"...)
	out := append([]byte{}, b.Bytes()[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(note)+2))
	return append(append(out, note...), b.Bytes()[2:]...)
}

// document is a PDF with a page that is empty.
func document() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var at []int
	for i, o := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%sendobj\n", i+1, o)
	}
	xref := b.Len()
	b.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", xref)
	return b.Bytes()
}

func webp(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../picture/testdata/" + name + ".webp")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func put(s *files.Service, n files.New, raw []byte) (files.File, error) {
	if n.ID == "" {
		n.ID = ident.New("fil")
	}
	if n.Use == "" {
		n.Use = files.Upload
	}
	return s.Put(context.Background(), "w", n, raw)
}

func TestAFileIsWhatItsBytesAreAndHoldsNothingElse(t *testing.T) {
	s, ctx := start(t), context.Background()
	for name, c := range map[string]struct {
		raw     []byte
		becomes string
		w, h    int
	}{
		"a drawing":                {pngOf(t, drawing(40, 30)), files.PNG, 40, 30},
		"a photograph on its side": {photograph(t, 400, 300), files.JPEG, 300, 400},
		"a WebP":                   {webp(t, "lossy"), files.JPEG, 48, 32},
		"a WebP with holes":        {webp(t, "lossless-alpha"), files.PNG, 48, 32},
		"a drawing with a page behind it (a polyglot)":       {append(pngOf(t, drawing(40, 30)), "<script>alert(1)</script>"...), files.PNG, 40, 30},
		"a photograph with an archive behind it":             {append(photograph(t, 400, 300), "PK\x05\x06"+strings.Repeat("\x00", 18)...), files.JPEG, 300, 400},
		"a photograph that is also a script (0xffd8ff /**/)": {comment(photograph(t, 400, 300), "*/=alert(1);/*"), files.JPEG, 300, 400},
		"a document": {document(), files.PDF, 0, 0},
	} {
		f, err := put(s, files.New{Name: "x.html", By: "k"}, c.raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, body, err := s.Open(ctx, "w", f.ID)
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("%s: %+v, want %+v, %v", name, got, f, err)
		}
		if f.Type != c.becomes || f.Bytes != len(body) || f.CreatedBy != "k" || f.Use != files.Upload || files.Kind(body) != f.Type || strings.HasSuffix(f.Name, "html") {
			t.Errorf("%s: %+v of kind %s", name, f, files.Kind(body))
		}
		if c.w > 0 && (f.Width != c.w || f.Height != c.h) {
			t.Errorf("%s: %d by %d", name, f.Width, f.Height)
		}
		for _, hidden := range []string{"GPS", "Exif", "alert", "PK\x05\x06", "ICC"} {
			if bytes.Contains(body, []byte(hidden)) {
				t.Errorf("%s: %s is still there", name, hidden)
			}
		}
		if c.becomes == files.PDF && !bytes.Equal(body, c.raw) {
			t.Errorf("%s changed", name)
		}
	}
}

// comment puts a comment into a JPEG.
func comment(raw []byte, text string) []byte {
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xff, 0xfe)
	out = binary.BigEndian.AppendUint16(out, uint16(len(text)+2))
	return append(append(out, text...), raw[2:]...)
}

func TestWhatIsNoneOfTheFourIsRefusedWhateverItIsCalled(t *testing.T) { // attacks 17 and 27
	s := start(t)
	var g bytes.Buffer
	if err := gif.Encode(&g, drawing(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	var huge bytes.Buffer // 65,535 by 65,535 in a few bytes
	if err := png.Encode(&huge, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	wide := huge.Bytes()
	binary.BigEndian.PutUint32(wide[16:], 65_535)
	binary.BigEndian.PutUint32(wide[20:], 65_535)
	pdf := document()
	for name, raw := range map[string][]byte{
		"nothing":                              {},
		"a GIF":                                g.Bytes(),
		"an SVG":                               []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"a page":                               []byte("<!DOCTYPE html><script>alert(1)</script>"),
		"a script":                             []byte("alert(1)"),
		"an archive":                           []byte("PK\x03\x04" + strings.Repeat("\x00", 26)),
		"a program":                            []byte("MZ\x90\x00"),
		"a BMP":                                []byte("BM\x00\x00"),
		"an AVIF":                              []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00"),
		"half a drawing":                       pngOf(t, drawing(40, 30))[:100],
		"half a photograph":                    photograph(t, 400, 300)[:3000],
		"the head of a drawing":                []byte("\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
		"a picture that declares much":         wide,
		"a picture behind a blank":             append([]byte(" "), pngOf(t, drawing(8, 8))...),
		"a PDF that is none":                   []byte("%PDF-1.4\n<script>alert(1)</script>"),
		"a PDF behind a page":                  append([]byte("<html>\n"), pdf...),
		"a PDF with a page behind it":          append(slices.Clone(pdf), "<script>alert(1)</script>"...),
		"a PDF with an archive behind":         append(slices.Clone(pdf), "PK\x05\x06"+strings.Repeat("\x00", 18)...),
		"a PDF of version 9":                   bytes.Replace(pdf, []byte("PDF-1.4"), []byte("PDF-9.4"), 1),
		"a PDF of no version":                  bytes.Replace(pdf, []byte("PDF-1.4"), []byte("PDF-1.x"), 1),
		"a PDF cut off":                        pdf[:len(pdf)-9],
		"a PDF that says nothing of its parts": []byte("%PDF-1.4\n%%EOF"),
	} {
		for _, called := range []string{"photo.jpg", "x.pdf"} {
			id := ident.New("fil")
			_, err := put(s, files.New{ID: id, Name: called}, raw)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != "#/file" || !strings.Contains(f.Fields[0].Detail, "Send ") {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := s.Find(context.Background(), "w", id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s is stored: %v", name, err)
			}
		}
	}
	for _, end := range []string{"", "\r\n", "\x00\x00\n ", "\n\n"} {
		if _, err := put(s, files.New{}, append(bytes.TrimRight(slices.Clone(pdf), "\n"), end...)); err != nil {
			t.Errorf("a PDF that ends with %q: %v", end, err)
		}
	}
}

func TestOnlyWhatIsAskedForIsTakenAndOnlySoMuch(t *testing.T) { // attack 15
	s := start(t)
	drawn, photo, pdf := pngOf(t, drawing(40, 30)), photograph(t, 400, 300), document()
	for i, c := range []struct {
		accept []string
		raw    []byte
		kind   fault.Kind // Internal: taken
		says   string
	}{
		{[]string{files.PNG}, drawn, fault.Internal, ""},
		{[]string{files.PNG}, photo, fault.Invalid, "A JPEG is not taken here. Send one of: PNG."},
		{[]string{files.PNG, files.JPEG}, pdf, fault.Invalid, "A PDF is not taken here. Send one of: PNG, JPEG."},
		{[]string{files.WebP}, webp(t, "lossy"), fault.Internal, ""}, // becomes a JPEG, and was asked for
		{[]string{}, drawn, fault.Invalid, "not taken"},
		{[]string{"image/gif"}, []byte("GIF89a"), fault.Invalid, "image/gif"},
	} {
		_, err := put(s, files.New{Accept: c.accept}, c.raw)
		if c.kind == fault.Internal && err != nil || c.kind != fault.Internal && (!fault.Is(err, c.kind) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%d: %v", i, err)
		}
	}
	fill := func(n int) []byte { // a PDF of n bytes
		at := bytes.IndexByte(pdf, '\n') + 1
		return append(append(slices.Clone(pdf[:at]), bytes.Repeat([]byte("%"), n-len(pdf))...), pdf[at:]...)
	}
	for _, c := range []struct {
		most, bytes int
		taken       bool
	}{{0, 5 << 20, true}, {0, 5<<20 + 1, false}, {1000, 1000, true}, {1000, 1001, false}, {50 << 20, 5<<20 + 1, false}, {-1, 1000, true}} {
		_, err := put(s, files.New{MaxBytes: c.most}, fill(c.bytes))
		if c.taken && err != nil || !c.taken && !fault.Is(err, fault.TooLarge) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestAnEarlierTryIsGivenBackAndNoOtherFile(t *testing.T) {
	s, ctx := start(t), context.Background()
	id := ident.Derive("fil", "one")
	first, err := put(s, files.New{ID: id, Derived: true, Name: "a"}, pngOf(t, drawing(8, 8)))
	if err != nil {
		t.Fatal(err)
	}
	again, err := put(s, files.New{ID: id, Derived: true, Name: "a"}, pngOf(t, drawing(8, 8)))
	if err != nil || !reflect.DeepEqual(again, first) {
		t.Fatalf("%+v, want %+v: %v", again, first, err)
	}
	if _, err := put(s, files.New{ID: id, Name: "b"}, pngOf(t, drawing(9, 9))); !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	if f, err := s.Find(ctx, "w", id); err != nil || f.Width != 8 {
		t.Fatalf("%+v %v", f, err)
	}
}

// Who has no key sees the pictures that were uploaded for pages, and neither
// what came with answers nor anything that a browser might run.
func TestOnlyPicturesForPagesAreEverPublic(t *testing.T) {
	s, ctx := start(t), context.Background()
	ids := map[string]string{}
	for name, c := range map[string]struct {
		use files.Use
		raw []byte
	}{"picture": {files.Upload, pngOf(t, drawing(8, 8))}, "photo": {files.Upload, photograph(t, 8, 8)}, "pdf": {files.Upload, document()}, "answer": {files.Answer, pngOf(t, drawing(8, 8))}} {
		f, err := put(s, files.New{Use: c.use}, c.raw)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = f.ID
	}
	for name, public := range map[string]bool{"picture": true, "photo": true, "pdf": false, "answer": false} {
		f, body, err := s.Public(ctx, "w", ids[name])
		if public && (err != nil || f.ID != ids[name] || len(body) != f.Bytes) || !public && (!fault.Is(err, fault.NotFound) || body != nil || f.ID != "") {
			t.Errorf("%s: %+v %d bytes, %v", name, f, len(body), err)
		}
		for _, ws := range []ident.Workspace{"v", ""} {
			if f, body, err := s.Public(ctx, ws, ids[name]); err == nil || body != nil || f.ID != "" {
				t.Errorf("%s of %q: %+v", name, ws, f)
			}
		}
	}
	none, err := s.Pictures(ctx, "w", []string{ids["picture"], ids["pdf"], ids["photo"], ids["answer"]})
	if err != nil || !slices.Equal(none, []string{ids["pdf"], ids["answer"]}) {
		t.Errorf("%v %v", none, err)
	}
	for _, unknown := range []string{ident.New("fil"), "fil_x", "", "srv_" + ids["picture"][4:]} {
		if _, err := s.Pictures(ctx, "w", []string{ids["picture"], unknown}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", unknown, err)
		}
		if err := s.Known(ctx, "w", []string{ids["picture"], unknown}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", unknown, err)
		}
		_, _, err := s.Open(ctx, "w", unknown)
		if !fault.Is(err, fault.NotFound) || !fault.Is(s.Delete(ctx, "w", unknown), fault.NotFound) {
			t.Errorf("%q: %v", unknown, err)
		}
	}
	if err := s.Known(ctx, "v", []string{ids["picture"]}); !fault.Is(err, fault.NotFound) { // attack 34
		t.Error(err)
	}
	if err := s.Known(ctx, "", nil); err == nil { // attack 36
		t.Error("an empty workspace knows something")
	}
	if err := s.Known(ctx, "w", nil); err != nil {
		t.Error(err)
	}
	for _, ws := range []ident.Workspace{"v", "w"} {
		if err := s.Forget(ctx, ws, []string{ids["picture"], ids["answer"], "x", ident.Derive("fil", "unknown")}); err != nil {
			t.Fatal(err)
		}
		_, perr := s.Find(ctx, "w", ids["picture"])
		if _, err := s.Find(ctx, "w", ids["answer"]); perr != nil || fault.Is(err, fault.NotFound) != (ws == "w") {
			t.Errorf("forgotten in %s: %v, %v", ws, perr, err)
		}
	}
	if err := s.Forget(ctx, "", nil); err == nil {
		t.Error("an empty workspace forgets something")
	}
	if err := s.Delete(ctx, "w", ids["picture"]); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Public(ctx, "w", ids["picture"]); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestManyFilesAreKnownAtOnce(t *testing.T) {
	s, ctx := start(t), context.Background()
	var ids []string
	for i := range 2*files.MaxFind + 1 {
		f, err := put(s, files.New{Name: fmt.Sprint(i)}, pngOf(t, drawing(2, 2)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, f.ID)
	}
	if err := s.Known(ctx, "w", ids); err != nil {
		t.Fatal(err)
	}
	ids[2*files.MaxFind] = ident.New("fil")
	if err := s.Known(ctx, "w", ids); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}

// Large pictures wait for each other; who waits too long is told to come again.
func TestPicturesAreReadOneAfterTheOtherWhereTheyAreLarge(t *testing.T) {
	s := start(t)
	large := pngOf(t, image.NewPaletted(image.Rect(0, 0, 4096, 4096), color.Palette{color.Black, color.White}))
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := put(s, files.New{}, large); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Put(ended, "w", files.New{ID: ident.New("fil"), Use: files.Upload}, large); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	if _, err := put(s, files.New{}, large); err != nil { // whoever gave up took no room
		t.Fatal(err)
	}
}

func FuzzPut(f *testing.F) {
	s := &files.Service{Store: forgets{}, Now: func() time.Time { return time.UnixMilli(1) }}
	f.Add(document())
	f.Add(pngOf(f, drawing(4, 4)))
	f.Add(photograph(f, 8, 8))
	f.Add(webp(f, "lossy-alpha"))
	f.Add([]byte("%PDF-1.4\nstartxref%%EOF"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if k := files.Kind(raw); strings.HasPrefix(k, "image/") {
			if c, _, err := image.DecodeConfig(bytes.NewReader(raw)); err != nil || c.Width > 256 || c.Height > 256 {
				return // large ones would only be slow
			}
		}
		got, err := s.Put(context.Background(), "w", files.New{ID: "fil_x", Use: files.Upload}, raw)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		if err == nil && got.Type != files.PNG && got.Type != files.JPEG && got.Type != files.PDF {
			t.Fatalf("%+v", got)
		}
	})
}

// forgets is a store that takes everything and has nothing.
type forgets struct{ files.Store }

func (forgets) Create(context.Context, ident.Workspace, files.File, []byte) error { return nil }
