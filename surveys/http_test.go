package surveys_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/rest"
)

// caller calls the handlers as package web does; a fault's kind comes back in
// a header.
func caller(t *testing.T, s *surveys.Service) func(method, path, body string, header ...string) (status int, kind fault.Kind, object map[string]any, headers map[string][]string) {
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
		c.Set("Kind", strconv.Itoa(int(fault.KindOf(err))))
		return c.SendString(err.Error())
	}})
	app.Use(func(c *fiber.Ctx) error { rest.SetActor(c, actor); return c.Next() })
	h := surveys.HTTP{Service: s}
	app.Post("/v1/surveys", h.Create)
	app.Get("/v1/surveys", h.List)
	app.Get("/v1/surveys/:survey", h.Get)
	app.Put("/v1/surveys/:survey", h.Put)
	app.Delete("/v1/surveys/:survey", h.Delete)
	app.Post("/v1/surveys/:survey/publish", h.Publish)
	app.Post("/v1/surveys/:survey/close", h.Close)
	return func(method, path, body string, header ...string) (int, fault.Kind, map[string]any, map[string][]string) {
		t.Helper()
		req := httptest.NewRequest(method, path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := app.Test(req, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if k := res.Header.Get("Kind"); k != "" {
			n, _ := strconv.Atoi(k)
			return res.StatusCode, fault.Kind(n), nil, res.Header
		}
		var object map[string]any
		if len(b) > 0 {
			if err := json.Unmarshal(b, &object); err != nil {
				t.Fatalf("%v: %s", err, b)
			}
		}
		return res.StatusCode, -1, object, res.Header
	}
}

func TestSurveysOverHTTP(t *testing.T) {
	s, responses := newService(t)
	call := caller(t, s)
	status, _, o, h := call("POST", "/v1/surveys", doc(sat))
	if status != 201 || o["status"] != "draft" || o["version"] != 1.0 || o["updated_by"] != "ops" || h["Etag"][0] != `"1"` {
		t.Fatalf("%d %v %v", status, o, h)
	}
	id := o["id"].(string)
	at := "/v1/surveys/" + id
	if h["Location"][0] != at {
		t.Fatal(h)
	}
	// What was sent comes back as it was sent, and nothing but the read-only keys is added.
	for _, k := range []string{"id", "status", "version", "created_at", "updated_at", "updated_by"} {
		delete(o, k)
	}
	var sent map[string]any
	must(t, json.Unmarshal([]byte(doc(sat)), &sent))
	a, _ := json.Marshal(o, json.Deterministic(true))
	b, _ := json.Marshal(sent, json.Deterministic(true))
	if string(a) != string(b) {
		t.Fatalf("sent %s, came back %s", b, a)
	}
	if status, _, _, _ := call("GET", at, "", "If-None-Match", `"1"`); status != 304 {
		t.Fatalf("If-None-Match on a draft: %d", status)
	}
	if _, _, o, _ := call("POST", at+"/publish", ""); o["status"] != "published" || o["version"] != 1.0 {
		t.Fatal(o)
	}
	if status, _, o, _ := call("GET", at, "", "If-None-Match", `"1"`); status != 200 || o["status"] != "published" {
		t.Fatalf("publishing stayed unseen behind the tag: %d %v", status, o)
	}
	edited := doc(sat + `,{"id":"why","type":"text","title":"Why?"}`)
	for _, c := range []struct {
		name, method, path, body, match string
		kind                            fault.Kind
	}{
		{"no If-Match", "PUT", at, edited, "", fault.Unconditional},
		{"a stale If-Match", "PUT", at, edited, `"9"`, fault.Stale},
		{"an unknown survey before the missing If-Match", "PUT", "/v1/surveys/srv_x", edited, "", fault.NotFound},
		{"an unknown key", "PUT", at, `{"x":1}`, `"1"`, fault.Malformed},
		{"an unknown parameter", "POST", "/v1/surveys?x=1", doc(sat), "", fault.Malformed},
		{"an operator as parameter (attack 32)", "GET", "/v1/surveys?map[$gt]=", "", "", fault.Malformed},
		{"a version that is no number", "GET", at + "?version=x", "", "", fault.Malformed},
		{"a version that there is not", "GET", at + "?version=2", "", "", fault.NotFound},
		{"an unknown survey", "GET", "/v1/surveys/srv_x", "", "", fault.NotFound},
		{"publishing an unknown survey", "POST", "/v1/surveys/srv_x/publish", "", "", fault.NotFound},
		{"an unknown map in the filter", "GET", "/v1/surveys?map=map_3", "", "", fault.NotFound},
		{"an unknown status in the filter", "GET", "/v1/surveys?status=open", "", "", fault.Malformed},
	} {
		if _, kind, _, _ := call(c.method, c.path, c.body, "If-Match", c.match); kind != c.kind {
			t.Errorf("%s: kind %d, want %d", c.name, kind, c.kind)
		}
	}
	if _, _, o, h := call("PUT", at, edited, "If-Match", `"1"`); o["status"] != "draft" || o["version"] != 2.0 || h["Etag"][0] != `"2"` {
		t.Fatalf("%v %v", o, h)
	}
	if _, _, o, _ := call("GET", at+"?version=1", ""); o["status"] != "published" || len(o["questions"].([]any)) != 1 {
		t.Fatal(o)
	}
	if _, _, o, _ := call("GET", "/v1/surveys?map=map_1&stage=delivery", ""); len(o["data"].([]any)) != 1 || o["next"] != nil {
		t.Fatal(o)
	}
	if _, _, o, _ := call("POST", at+"/close", ""); o["status"] != "closed" {
		t.Fatal(o)
	}
	responses.n.Store(3)
	if _, kind, _, _ := call("DELETE", at, ""); kind != fault.Conflict {
		t.Fatal(kind)
	}
	responses.n.Store(0)
	if status, _, _, _ := call("DELETE", at, ""); status != 204 {
		t.Fatal(status)
	}
	if _, kind, _, _ := call("GET", at, ""); kind != fault.NotFound {
		t.Fatal(kind)
	}
}

func TestWhatIsKeptOutlivesTheMemoryOfItsRequest(t *testing.T) {
	s, _ := newService(t)
	call := caller(t, s)
	var ids []string
	for range 20 {
		r := publish(t, s, create(t, s, doc(sat)).ID)
		ids = append(ids, r.ID)
	}
	for range 3 { // each request writes its path over the one before
		for _, id := range ids {
			if _, _, o, _ := call("GET", "/v1/surveys/"+id+"?version=1", ""); o["id"] != id {
				t.Fatalf("asked for %s, got %v", id, o)
			}
		}
	}
	for _, id := range ids {
		v, err := s.Version(context.Background(), "w", id, 1)
		if err != nil || v.Survey != id {
			t.Fatalf("asked for %s, got %s %v", id, v.Survey, err)
		}
	}
}
