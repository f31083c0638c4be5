package web_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"waymark/surveys/files"
)

// A file of 5 MB is taken and not a byte more, whatever the form around it
// weighs; of the form itself a bit more is read.
func TestAFileIsTakenUpToItsLimitAndNotBeyond(t *testing.T) {
	s := prepare(t)
	const head, tail = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n", "\r\n--b--\r\n"
	pdf := func(size int) []byte {
		begin, end := "%PDF-1.4\n", "\nstartxref\n0\n%%EOF"
		return []byte(begin + strings.Repeat("%", size-len(begin)-len(end)) + end)
	}
	for _, chunked := range []bool{false, true} {
		for _, c := range []struct {
			file, around, status int
			slug                 string
		}{
			{5 << 20, 0, 201, ""},
			{5<<20 + 1, 0, 413, "file-too-large"},
			{1000, files.MaxForm - 1000 - len(head) - len(tail), 201, ""},
			{1000, files.MaxForm - 1000 - len(head) - len(tail) + 1, 413, "body-too-large"},
		} {
			b := []byte(head + string(pdf(c.file)) + tail + strings.Repeat(" ", c.around)) // what stands behind the end belongs to no part
			req, err := http.NewRequest("POST", s.base+"/v1/files", bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if chunked {
				req.ContentLength, req.Body = -1, io.NopCloser(bytes.NewReader(b))
			}
			req.Header.Set("Authorization", "Bearer "+s.key)
			req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			res, err := s.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			answer, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != c.status || !bytes.Contains(answer, []byte(c.slug)) {
				t.Errorf("a file of %d bytes in a form of %d, chunked %t: %d %s", c.file, len(b), chunked, res.StatusCode, answer)
			}
		}
	}
}

// The limits of bodies, api.md §1: what has that many bytes is taken, what has
// one more is 413, whether or not its length is told beforehand.
func TestABodyIsTakenUpToItsLimitAndNotBeyond(t *testing.T) {
	s := prepare(t)
	for id, most := range map[string]int{"createMap": 2 << 20, "createSurvey": 2 << 20, "createResponse": 256 << 10} {
		for _, chunked := range []bool{false, true} {
			for size, want := range map[int]int{most: 201, most + 1: 413} {
				b := s.good(id).body
				if id == "createResponse" { // the example's answers come from after the tests' noon
					b = fmt.Appendf(nil, `{"survey": %q, "answers": {"sat": 4}}`, s.path["survey"])
				}
				b = append(b, bytes.Repeat([]byte(" "), size-len(b))...)
				req, err := http.NewRequest("POST", s.base+s.ops[id].path, bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if chunked {
					req.ContentLength, req.Body = -1, io.NopCloser(bytes.NewReader(b))
				}
				req.Header.Set("Authorization", "Bearer "+s.key)
				req.Header.Set("Content-Type", "application/json")
				res, err := s.client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != want {
					t.Errorf("%s of %d bytes, chunked %t: %d, want %d", id, size, chunked, res.StatusCode, want)
				}
			}
		}
	}
}
