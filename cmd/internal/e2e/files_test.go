package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// form is a body with one file, as it stands: names are the sender's to choose.
func form(boundary, name string, raw []byte) string {
	return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\nContent-Type: text/html\r\n\r\n" + string(raw) + "\r\n--" + boundary + "--\r\n"
}

// sendFile uploads a file and gives the answer, whatever it is.
func (p *program) sendFile(name string, raw []byte, headers ...string) answer {
	p.t.Helper()
	return p.call("POST", "/v1/files", form("b0undary", name, raw), append([]string{"Content-Type", "multipart/form-data; boundary=b0undary"}, headers...)...)
}

func (p *program) upload(name string, raw []byte, headers ...string) answer {
	p.t.Helper()
	a := p.sendFile(name, raw, headers...)
	if a.status != 201 {
		p.t.Fatalf("the upload of %s: %d %s", name, a.status, a.body)
	}
	return a
}

func drawing(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.White, color.Black})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const somewhere = "GPS 58.3780 N 26.7290 E"

// photograph is a JPEG whose camera noted where it was.
func photograph(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 400, 300)), nil); err != nil {
		t.Fatal(err)
	}
	note := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00" + somewhere
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, 0, 0)
	binary.BigEndian.PutUint16(out[4:], uint16(len(note)+2))
	return append(append(out, note...), b.Bytes()[2:]...)
}

// declaring is a PNG that says it has so many pixels, and has one.
func declaring(t *testing.T, w, h uint32) []byte {
	t.Helper()
	b := drawing(t)
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

const onePagePDF = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"

func TestAFileIsKeptForWhoHasAKeyAndTellsNothingOfItsSender(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		for _, c := range []struct {
			name, kind string
			raw        []byte
		}{{"a photo.jpg", "image/jpeg", photograph(t)}, {"page.html", "image/png", drawing(t)}, {"bill.png", "application/pdf", []byte(onePagePDF)}} {
			made := p.upload(c.name, c.raw)
			f := made.object(t)
			path := "/v1/files/" + f["id"].(string)
			if made.header.Get("Location") != path || f["type"] != c.kind {
				t.Errorf("%s: %s %v", c.name, made.header.Get("Location"), f)
			}
			got := p.want(200, "GET", path, "")
			if bytes.Contains(got.body, []byte(somewhere)) || bytes.Contains(got.body, []byte("Exif")) || float64(len(got.body)) != f["bytes"] {
				t.Errorf("%s tells where it was taken, or has %d bytes", c.name, len(got.body))
			}
			for name, want := range map[string]string{"Content-Type": c.kind, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin"} {
				if got.header.Get(name) != want {
					t.Errorf("%s: %s is %q", c.name, name, got.header.Get(name))
				}
			}
			if how, with, err := mime.ParseMediaType(got.header.Get("Content-Disposition")); err != nil || how != "attachment" || with["filename"] != f["name"] {
				t.Errorf("%s: %s %v", c.name, got.header.Get("Content-Disposition"), err)
			}
			p.want(304, "GET", path, "", "If-None-Match", got.header.Get("ETag"))
			p.want(401, "GET", path, "", "Authorization", "")
			p.want(401, "POST", "/v1/files", form("b", "x.png", drawing(t)), "Authorization", "", "Content-Type", "multipart/form-data; boundary=b")
		}
	})
}

func TestAttack15And16AndOthersAreRefusedBeforeAFileIsLookedAt(t *testing.T) {
	p := start(t, t.TempDir())
	for name, c := range map[string]struct {
		status  int
		body    string
		headers []string
	}{
		"attack 16: gzip":                   {415, form("b", "x.png", drawing(t)), []string{"Content-Encoding", "gzip", "Content-Type", "multipart/form-data; boundary=b"}},
		"attack 16: br":                     {415, form("b", "x.png", drawing(t)), []string{"Content-Encoding", "br", "Content-Type", "multipart/form-data; boundary=b"}},
		"attack 16: deflate":                {415, form("b", "x.png", drawing(t)), []string{"Content-Encoding", "deflate", "Content-Type", "multipart/form-data; boundary=b"}},
		"the picture itself":                {415, string(drawing(t)), []string{"Content-Type", "image/png"}},
		"JSON":                              {415, `{"file":"x"}`, []string{"Content-Type", "application/json"}},
		"a plain form":                      {415, "file=x", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		"a form without a boundary":         {400, form("b", "x.png", drawing(t)), []string{"Content-Type", "multipart/form-data"}},
		"a form of another boundary":        {400, form("b", "x.png", drawing(t)), []string{"Content-Type", "multipart/form-data; boundary=c"}},
		"a form that is cut off":            {400, form("b", "x.png", drawing(t))[:150], []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"nothing":                           {400, "", []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"two files":                         {400, strings.TrimSuffix(form("b", "x.png", drawing(t)), "--b--\r\n") + form("b", "y.png", drawing(t)), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"another field":                     {400, strings.Replace(form("b", "x.png", drawing(t)), `name="file"`, `name="photo"`, 1), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"a field without a name":            {400, strings.Replace(form("b", "x.png", drawing(t)), `name="file"; `, ``, 1), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"a part of a mail":                  {400, strings.Replace(form("b", "x.png", drawing(t)), "form-data", "attachment", 1), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"200 files":                         {400, strings.Repeat(strings.TrimSuffix(form("b", "x.png", []byte("x")), "--b--\r\n"), 200) + "--b--\r\n", []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"20,000 fields of a head":           {400, "--b\r\n" + strings.Repeat("X: y\r\n", 20_000) + "\r\n\r\n--b--\r\n", []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"attack 19: invalid UTF-8 as name":  {422, form("b", "a\xff.png", drawing(t)), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"attack 19: NUL in a name":          {422, strings.Replace(form("b", "x.png", drawing(t)), `filename="x.png"`, `filename*=UTF-8''a%00.png`, 1), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"attack 19: NUL in a head":          {400, form("b", "a\x00.png", drawing(t)), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"attack 35: a workspace beside it":  {400, "--b\r\nContent-Disposition: form-data; name=\"workspace\"\r\n\r\nother\r\n" + form("b", "x.png", drawing(t)), []string{"Content-Type", "multipart/form-data; boundary=b"}},
		"attack 35: a type in the question": {400, form("b", "x.png", drawing(t)), []string{"Content-Type", "multipart/form-data; boundary=b", "?", "type=image/png"}},
	} {
		path := "/v1/files"
		if n := len(c.headers); c.headers[n-2] == "?" {
			path, c.headers = path+"?"+c.headers[n-1], c.headers[:n-2]
		}
		a := p.call("POST", path, c.body, c.headers...)
		if a.status != c.status || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d", name, a.status, a.body, c.status)
		}
	}
	big := form("b", "x.pdf", bytes.Repeat([]byte("x"), 10<<20)) // announced or not
	for _, body := range []io.Reader{strings.NewReader(big), io.MultiReader(strings.NewReader(big))} {
		if a, err := p.try("POST", "/v1/files", body, "Content-Type", "multipart/form-data; boundary=b"); err == nil && a.status != 413 {
			t.Errorf("attack 15: %d %s", a.status, a.body)
		}
	}
	p.upload("x.png", drawing(t))
}

func TestAttack17FilesThatGrowTakeBoundedMemoryAndWhatIsNoPictureIsRefused(t *testing.T) {
	p := start(t, t.TempDir())
	var flat bytes.Buffer // 16 million pixels of 8 bytes in some kilobytes
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&flat, image.NewNRGBA64(image.Rect(0, 0, 4096, 4096))); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"65,535 by 65,535":                       declaring(t, 65_535, 65_535),
		"2^31-1 wide":                            declaring(t, 1<<31-1, 1),
		"an archive":                             append([]byte("PK\x03\x04"), bytes.Repeat([]byte{0}, 1000)...),
		"an archive that calls itself a picture": append([]byte("\x89PNG\r\n\x1a\nPK\x03\x04"), bytes.Repeat([]byte{0}, 1000)...),
		"a PDF with an archive behind it":        []byte(onePagePDF + "PK\x05\x06" + strings.Repeat("\x00", 18)),
		"a GIF":                                  []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
		"an SVG":                                 []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"a page":                                 []byte("<!DOCTYPE html><script>alert(1)</script>"),
	} {
		if a := p.sendFile("x.png", raw); a.status != 422 || !bytes.Contains(a.body, []byte(`"#/file"`)) {
			t.Errorf("attack 17: %s: %d %s", name, a.status, a.body)
		}
	}
	p.upload("x.png", flat.Bytes())
	before := residentKB(t, p.cmd.Process.Pid)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if a := p.sendFile("x.png", flat.Bytes()); a.status != 201 && a.status != 503 {
				t.Errorf("attack 17: %d %s", a.status, a.body)
			}
		})
	}
	wg.Wait()
	// Were they read at once, it would be 1.5 GB.
	if grown := residentKB(t, p.cmd.Process.Pid) - before; grown > 400<<10 {
		t.Errorf("attack 17: %d KB more are in use", grown)
	}
}

func TestAttack23AFileIsNamedHereAndNotByItsSender(t *testing.T) {
	p := start(t, t.TempDir())
	for sent, want := range map[string]string{
		`../../../etc/passwd`:           "passwd.png",
		`..\..\boot.ini`:                "boot.png",
		`a%22%0D%0ASet-Cookie: x=y.png`: "a-22-0D-0ASet-Cookie-x-y.png",
		`a\"; filename=\"evil.exe`:      "a-filename-evil.png",
		"\u202egnp.exe":                 "gnp.png",
		"ключ 漢字 🎉.pdf":                 "ключ-漢字.png",
		"<script>alert(1)<script>.html": "script-alert-1-script.png",
		"":                              "file.png",
		strings.Repeat("x", 3000):       strings.Repeat("x", 80) + ".png",
	} {
		f := p.upload(sent, drawing(t)).object(t)
		if f["name"] != want {
			t.Errorf("attack 23: %q becomes %q, want %q", sent, f["name"], want)
		}
		got := p.want(200, "GET", "/v1/files/"+f["id"].(string), "")
		how, with, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
		if err != nil || how != "attachment" || with["filename"] != want || len(with) != 1 || got.header.Get("Set-Cookie") != "" {
			t.Errorf("attack 23: %q is handed out as %q", sent, got.header.Get("Content-Disposition"))
		}
		for _, r := range got.header.Get("Content-Disposition") {
			if r > unicode.MaxASCII || unicode.IsControl(r) {
				t.Errorf("attack 23: %q stands in a header: %q", r, got.header.Get("Content-Disposition"))
			}
		}
	}
	// A line end ends the part's own head, so what follows is no name any more.
	if a := p.sendFile("x.png\r\nSet-Cookie: a=b", drawing(t)); a.status != 201 && a.status != 400 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("attack 23: %d %v %s", a.status, a.header, a.body)
	}
}

func TestAnUploadIsRepeatedHarmlesslyWhateverItsBoundary(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		send := func(status int, boundary, name string, raw []byte) string {
			t.Helper()
			return string(p.want(status, "POST", "/v1/files", form(boundary, name, raw), "Content-Type", "multipart/form-data; boundary="+boundary, "Idempotency-Key", "k").body)
		}
		first := send(201, "one", "x.png", drawing(t))
		if again := send(201, "another", "x.png", drawing(t)); again != first {
			t.Errorf("%s\n%s", first, again)
		}
		send(422, "one", "y.png", drawing(t))
		send(422, "one", "x.png", photograph(t))
		var wg sync.WaitGroup
		var all sync.Map
		for i := range 10 {
			wg.Go(func() {
				boundary := fmt.Sprint("b", i)
				a := p.want(201, "POST", "/v1/files", form(boundary, "x.jpg", photograph(t)), "Content-Type", "multipart/form-data; boundary="+boundary, "Idempotency-Key", "race")
				all.Store(string(a.body), true)
			})
		}
		wg.Wait()
		n := 0
		all.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("one key at once made %d files", n)
		}
	})
}

func TestAttack34ALogoIsAPictureOfTheWorkspace(t *testing.T) {
	p := start(t, t.TempDir())
	out, err := exec.Command(bin, "keys", "create", "--workspace", "other", "--scope", "admin", "--data", dataOf(p)).Output()
	if err != nil {
		t.Fatal(err)
	}
	other := strings.TrimSpace(string(out))
	foreign := p.upload("x.png", drawing(t), "Authorization", "Bearer "+other).object(t)["id"].(string)
	logo := func(id string) string { return fmt.Sprintf(`{"brand":{"logo":%q}}`, id) }
	a := p.want(404, "PUT", "/v1/settings", logo(foreign), "If-Match", `"1"`)
	b := p.want(404, "PUT", "/v1/settings", logo("fil_"+strings.Repeat("a", 26)), "If-Match", `"1"`)
	if !bytes.Equal(a.body, b.body) {
		t.Errorf("attack 34: a foreign logo: %s, an unknown one: %s", a.body, b.body)
	}
	for _, script := range []string{"javascript:alert(1)", "data:image/png;base64,AA", "https://evil.example/x.png", "//evil.example"} { // attack 26
		if a := p.call("PUT", "/v1/settings", logo(script), "If-Match", `"1"`); a.status != 404 && a.status != 422 {
			t.Errorf("attack 26: %s: %d %s", script, a.status, a.body)
		}
	}
	pdf := p.upload("x.pdf", []byte(onePagePDF)).object(t)["id"].(string)
	if a := p.want(422, "PUT", "/v1/settings", logo(pdf), "If-Match", `"1"`); !bytes.Contains(a.body, []byte(`"#/brand/logo"`)) {
		t.Errorf("a PDF as a logo: %s", a.body)
	}
	mine := p.upload("x.png", drawing(t)).object(t)["id"].(string)
	p.want(200, "PUT", "/v1/settings", logo(mine), "If-Match", `"1"`)
}
