package web_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
)

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
