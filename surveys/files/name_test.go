package files

import (
	"mime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestANameIsMadeOfWhatIsHarmlessInTheOneThatWasSent(t *testing.T) { // attack 23
	for sent, want := range map[string]string{
		"photo.jpg":                         "photo.png",
		"Rechnung März 2026.PDF":            "Rechnung-März-2026.png",
		"Rechnung Ma\u0308rz.pdf":           "Rechnung-März.png",
		"фото 1.webp":                       "фото-1.png",
		"写真.png":                            "写真.png",
		"फ़ोटो.png":                         "फ़ोटो.png",
		"a_b-c.d.png":                       "a_b-c-d.png",
		"":                                  "file.png",
		".png":                              "file.png",
		"...":                               "file.png",
		"\u0301":                            "file.png",
		"../../../etc/passwd":               "passwd.png",
		`..\..\windows\system32\cmd.exe`:    "cmd.png",
		"/":                                 "file.png",
		"x.png\r\nSet-Cookie: a=b":          "x.png",
		"x\r\nSet-Cookie: a=b.png":          "x-Set-Cookie-a-b.png",
		`x"; filename="evil.exe`:            "x-filename-evil.png",
		`a'"<script>alert(1)</script>.html`: "script.png",
		"a%22%0D%0A.png":                    "a-22-0D-0A.png",
		"\u202egpj.exe":                     "gpj.png", // reads exe.jpg where it is shown
		"in\u200bvisible\ufeff.png":         "invisible.png",
		"a\x00b.png":                        "a-b.png",
		"a\xffb.png":                        "ab.png",
		"=cmd|' /C calc'!A0.csv":            "C-calc-A0.png",
		"-rf.png":                           "rf.png",
		"$(reboot)`id`.png":                 "reboot-id.png",
		"🎉 party 🎉.png":                     "party.png",
		strings.Repeat("ж", 300) + ".png":   strings.Repeat("ж", 80) + ".png",
		strings.Repeat("漢", 300) + ".png":   strings.Repeat("漢", 66) + ".png",
		"x" + strings.Repeat("\u0301", 300) + ".png": "x" + strings.Repeat("\u0301", 8) + ".png",
		strings.Repeat("a/", 1<<20) + "b":            "b.png",
	} {
		if got := Name(sent, PNG); got != want {
			t.Errorf("%.60q becomes %q, want %q", sent, got, want)
		}
	}
	for kind, want := range map[string]string{PNG: "a.png", JPEG: "a.jpg", PDF: "a.pdf"} {
		if got := Name("a.html", kind); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add("../x\r\n\".png")
	f.Add("a\xff\u202e\u0301.pdf")
	f.Fuzz(func(t *testing.T, sent string) {
		got := Name(sent, PDF)
		stem, ok := strings.CutSuffix(got, ".pdf")
		if !ok || stem == "" || !utf8.ValidString(got) || utf8.RuneCountInString(stem) > maxName || len(stem) > maxStem {
			t.Fatalf("%q becomes %q", sent, got)
		}
		if strings.ContainsFunc(stem, func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		}) {
			t.Fatalf("%q becomes %q", sent, got)
		}
		header := mime.FormatMediaType("attachment", map[string]string{"filename": got})
		if _, p, err := mime.ParseMediaType(header); err != nil || p["filename"] != got || strings.ContainsAny(header, "\r\n") {
			t.Fatalf("the header %q: %v", header, err)
		}
		if again := Name(got, PDF); again != got {
			t.Fatalf("%q becomes %q, and then %q", sent, got, again)
		}
	})
}
