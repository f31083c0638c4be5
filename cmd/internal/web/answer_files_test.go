package web_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"waymark/responses/page"
	"waymark/surveys/files"
	"waymark/surveys/ident"
)

// cabinet notes what is stored in it.
type cabinet struct {
	files.Store
	mu  sync.Mutex
	ids []string
}

func (c *cabinet) Create(ctx context.Context, ws ident.Workspace, f files.File, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids = append(c.ids, f.ID)
	return c.Store.Create(ctx, ws, f, body)
}

// uploaded is what a page's form with a picture sends.
func uploaded(t *testing.T, token, field string, fields map[string]string) request {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	part, _ := w.CreateFormFile(field, "photo.png")
	_, _ = part.Write(drawing(t))
	_ = w.Close()
	return request{path: map[string]string{"token": token}, header: http.Header{"Content-Type": {w.FormDataContentType()}}, body: b.Bytes()}
}

func TestAFileStaysAsLongAsTheAnswerItCameWith(t *testing.T) {
	s := prepare(t)
	kept := &cabinet{Store: s.app.Files.Store}
	s.app.Files.Store = kept
	survey := s.open(`"title": "Claim", "layout": "page", "questions": [{"id": "proof", "type": "file", "title": "A picture?"}, {"id": "why", "type": "text", "title": "Why?", "required": true}]`)
	token := s.link(survey, `{"single_use": true}`)
	there := func(want ...bool) {
		t.Helper()
		if len(kept.ids) != len(want) {
			t.Fatalf("%d files were stored, want %d", len(kept.ids), len(want))
		}
		for i, id := range kept.ids {
			status := map[bool]int{true: 200, false: 404}[want[i]]
			s.want(status, "getFile", request{path: map[string]string{"file": id}})
		}
	}
	send := func(status int, fields map[string]string) {
		t.Helper()
		fields[page.FieldTicket] = s.ticket(token)
		s.later(3 * time.Second)
		s.want(status, "answerPage", uploaded(t, token, "proof", fields))
	}
	send(422, map[string]string{})
	there(false)
	send(200, map[string]string{"why": "broken"})
	there(false, true)
	send(200, map[string]string{"why": "very broken"}) // another one in its place
	there(false, false, true)
	id := s.want(200, "listResponses", request{query: "survey=" + survey}).object(t)["data"].([]any)[0].(map[string]any)["id"].(string)
	s.want(204, "deleteResponse", request{path: map[string]string{"response": id}})
	there(false, false, false)

	// What was uploaded with a key is its owner's, whoever names it.
	own := s.path["file"]
	got := s.want(201, "createResponse", request{body: fmt.Appendf(nil, `{"survey": %q, "answers": {"why": "x", "proof": {"id": %q, "name": "photo.png", "type": "image/png", "bytes": 74}}}`, survey, own)})
	s.want(204, "deleteResponse", request{path: map[string]string{"response": got.object(t)["id"].(string)}})
	s.want(200, "getFile", request{path: map[string]string{"file": own}})
}

// An id is no secret to everybody, so it is no proof that the file is one's own.
func TestALinkBringsNoFileAlong(t *testing.T) {
	s := prepare(t)
	survey := s.open(`"title": "Claim", "layout": "page", "questions": [{"id": "sat", "type": "csat", "title": "Satisfied?"}, {"id": "proof", "type": "file", "title": "A picture?"}]`)
	token := s.link(survey, `{"one_click": true}`)
	r := request{path: map[string]string{"token": token}, query: "sat=4&proof=" + s.path["file"] + "&proof.name=photo.png&proof.type=image/png&proof.bytes=74"}
	got := s.unchecked("surveyPage", r)
	if bytes.Contains(got.body, []byte("photo.png")) {
		t.Error("the page says that it has a file")
	}
	ticket, _ := page.Ticket(got.body)
	s.want(200, "answerPage", handed(token, url.Values{page.FieldTicket: {ticket}, "wm-sign": {"1"}}))
	list := s.want(200, "listResponses", request{query: "survey=" + survey}).object(t)["data"].([]any)
	if len(list) != 1 || fmt.Sprint(list[0].(map[string]any)["answers"]) != "map[sat:4]" {
		t.Errorf("stored: %v", list)
	}
}

// Attack 15: large bodies are read only where a survey asks for a file, and of
// nobody who has no link.
func TestALargeBodyIsReadOnlyWhereAFileIsAskedFor(t *testing.T) {
	s := prepare(t)
	const question = `{"id": "why", "type": "text", "title": "Why?"}`
	files := s.link(s.open(`"title": "x", "layout": "page", "questions": [`+question+`, {"id": "proof", "type": "file", "title": "A picture?"}]`), `{}`)
	none := s.link(s.open(`"title": "x", "questions": [`+question+`]`), `{}`)
	closed := s.over()["410 survey-closed"]()
	for _, c := range []struct {
		token  string
		size   int
		status int
	}{{files, 4 << 20, 422}, {files, 11 << 20, 413}, {none, 4 << 20, 413}, {none, 200 << 10, 422}, {closed, 4 << 20, 413}, {closed, 1, 410}, {"unknown", 4 << 20, 404}, {"unknown", 1, 404}} {
		r := uploaded(t, c.token, "proof", map[string]string{page.FieldTicket: "forged"})
		padding := bytes.Repeat([]byte("x"), c.size)
		r.body = bytes.Replace(r.body, drawing(t), padding, 1)
		if got, reason := s.told("answerPage", r); got.status != c.status {
			t.Errorf("%d bytes to %s are answered %d %s, want %d", c.size, c.token, got.status, reason, c.status)
		}
	}
}
