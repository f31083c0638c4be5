package page

import (
	"bytes"
	"encoding/base64"
	"mime/multipart"
	"strings"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/link"
)

// Whatever is handed in: it is a form within its limits, or refused with the
// kind of its fault.
func FuzzForm(f *testing.F) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary("b")
	_ = w.WriteField("sat", "4")
	part, _ := w.CreateFormFile("proof", "../a\r\nb\"\xff.png")
	_, _ = part.Write([]byte("PNG"))
	_ = w.Close()
	for _, s := range [][2]string{
		{"application/x-www-form-urlencoded", "sat=4&sat=5&why=%00%ff&=x&;"}, {"application/x-www-form-urlencoded", strings.Repeat("a&", 300<<10/2)}, {"application/x-www-form-urlencoded; charset=x", "sat=%zz"},
		{"multipart/form-data; boundary=b", b.String()}, {"multipart/form-data", b.String()}, {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename\r\n\r\nx\r\n--b--"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n\r\n--b--"}, {"text/plain", "x"}, {"", ""},
	} {
		f.Add(s[0], []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		got, err := readForm(kind, body)
		if err != nil {
			if k := fault.KindOf(err); k != fault.Malformed && k != fault.TooLarge && k != fault.Unsupported && k != fault.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		size := 0
		for name, values := range got.Values {
			for _, v := range values {
				size += len(name) + len(v)
			}
		}
		for name, u := range got.files {
			if len(u.body) == 0 {
				t.Errorf("an empty file %q", name)
			}
			size += len(u.body)
		}
		// A name that is written once may hold for many values.
		if len(got.Values) > maxFields || size > max(2*len(body), len(body)+maxForm) && strings.HasPrefix(kind, "multipart") {
			t.Errorf("%d fields with %d bytes out of %d", len(got.Values), size, len(body))
		}
		_ = got.clean("sat")
	})
}

// Nobody writes a ticket: of all texts only those that the server made are taken,
// at the link that they were made for.
func FuzzTicket(f *testing.F) {
	l := &link.Link{ID: "lnk_a", Secret: bytes.Repeat([]byte{7}, 32)}
	good, err := ticket{Version: 1, Shown: 1, Nonce: []byte("0123456789abcdef"), Group: 2, Asked: []int{1}, Prefill: "sat=4"}.seal(l)
	if err != nil {
		f.Fatal(err)
	}
	for _, other := range []*link.Link{{ID: "lnk_b", Secret: l.Secret}, {ID: "lnk_a", Secret: bytes.Repeat([]byte{8}, 32)}, {ID: "lnk_a"}} {
		if _, ok := open(other, good); ok {
			f.Error("a ticket is taken at another link")
		}
	}
	if t, ok := open(l, good); !ok || t.Group != 2 || t.Prefill != "sat=4" {
		f.Fatal("the server's own ticket is not taken")
	}
	for _, s := range []string{"", good + "A", good[1:], good[:len(good)-4], strings.Repeat("A", 40), good + strings.Repeat("A", maxTicket)} {
		f.Add(s)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(good)
	f.Fuzz(func(t *testing.T, s string) {
		_, ok := open(l, s)
		b, err := base64.RawURLEncoding.DecodeString(s)
		if same := err == nil && bytes.Equal(b, raw); ok && !same {
			t.Errorf("a ticket that the server did not make: %q", s)
		}
	})
}
