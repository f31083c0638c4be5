package files

import (
	"bytes"

	"waymark/surveys/picture"
)

// Kind tells by its bytes which of the Types something is; "" for none of them.
// That a picture is a whole one shows only when it is decoded.
func Kind(raw []byte) string {
	if k := picture.Kind(raw); k != "" {
		return "image/" + k
	}
	if isPDF(raw) {
		return PDF
	}
	return ""
}

// pdfTail is how far from its end a PDF says where its parts lie, as readers
// look for it.
const pdfTail = 1024

// isPDF looks at both ends of something: a PDF begins with its version at the
// very first byte and ends with where its parts lie, and nothing but blanks
// after that. What is a page, a script or an archive to others as well fails
// at one of the two; what lies in between is never read here.
func isPDF(raw []byte) bool {
	version, ok := bytes.CutPrefix(raw, []byte("%PDF-"))
	if !ok || len(version) < 4 || version[0] != '1' && version[0] != '2' || version[1] != '.' || version[2] < '0' || version[2] > '9' || !bytes.ContainsRune([]byte("\r\n %"), rune(version[3])) {
		return false
	}
	tail := bytes.TrimRight(raw, "\x00\t\n\f\r ")
	tail, ok = bytes.CutSuffix(tail, []byte("%%EOF"))
	return ok && bytes.Contains(tail[max(0, len(tail)-pdfTail):], []byte("startxref"))
}
