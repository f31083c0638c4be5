package workspace_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/rest"
	"waymark/surveys/workspace"
)

// settingsAPI calls the handlers as package web does; a fault's kind comes
// back in a header.
type settingsAPI struct {
	t   *testing.T
	app *fiber.App
}

func newSettingsAPI(t *testing.T, s *workspace.Service, actor ident.Actor) settingsAPI {
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
		c.Set("Kind", [...]string{fault.Malformed: "malformed", fault.Invalid: "invalid", fault.Stale: "stale",
			fault.Unconditional: "unconditional", fault.Internal: "internal", fault.NotFound: "not found", fault.Unavailable: "unavailable",
			fault.Unsupported: "unsupported"}[fault.KindOf(err)])
		return c.SendString(err.Error())
	}})
	app.Use(func(c *fiber.Ctx) error { rest.SetActor(c, actor); return c.Next() })
	app.Get("/v1/settings", workspace.HTTP{Service: s}.Get)
	app.Put("/v1/settings", workspace.HTTP{Service: s}.Put)
	return settingsAPI{t, app}
}

func (a settingsAPI) call(method, body string, header ...string) (kind, etag string, status int, object map[string]any) {
	a.t.Helper()
	req := httptest.NewRequest(method, "/v1/settings", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := a.app.Test(req, 10_000)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	kind = res.Header.Get("Kind")
	if kind == "" && len(b) > 0 {
		if err := json.Unmarshal(b, &object); err != nil {
			a.t.Fatalf("%v: %s", err, b)
		}
	}
	return kind, res.Header.Get("ETag"), res.StatusCode, object
}

func without(object map[string]any) string {
	for _, k := range []string{"version", "created_at", "updated_at", "updated_by"} {
		delete(object, k)
	}
	b, _ := json.Marshal(object, json.Deterministic(true))
	return string(b)
}

func TestSettingsOverHTTP(t *testing.T) {
	s := newService(t)
	_, k, err := s.CreateKey(context.Background(), "shop", ident.ScopeAdmin, "ops")
	if err != nil {
		t.Fatal(err)
	}
	a := newSettingsAPI(t, s, ident.Actor{Workspace: k.Workspace, KeyID: k.ID, Name: k.Name, Scope: k.Scope})

	kind, etag, _, object := a.call("GET", "")
	if kind != "" || etag != `"1"` || object["version"] != 1.0 || object["updated_by"] != nil || object["created_at"] != "2026-11-20T12:00:00.000Z" || object["name"] != "shop" {
		t.Fatalf("a fresh store answers %q %s %v", kind, etag, object)
	}
	if _, _, status, _ := a.call("GET", "", "If-None-Match", etag); status != 304 {
		t.Errorf("If-None-Match answers %d", status)
	}
	// What GET gives less the read-only keys, PUT takes.
	fresh := without(object)
	if kind, _, _, _ := a.call("PUT", fresh); kind != "unconditional" {
		t.Errorf("without If-Match: %q", kind)
	}
	kind, etag, _, object = a.call("PUT", fresh, "If-Match", etag)
	if kind != "" || etag != `"2"` || without(object) != fresh {
		t.Fatalf("putting what was read answers %q %s %v", kind, etag, object)
	}
	if kind, _, _, _ := a.call("PUT", fresh, "If-Match", `"1"`); kind != "stale" {
		t.Errorf("an old If-Match: %q", kind)
	}
	if kind, _, _, _ := a.call("PUT", fresh, "If-Match", `"7"`); kind != "stale" {
		t.Errorf("an If-Match of the future: %q", kind)
	}
	// What was sent comes back as it was sent, and absent keys stay absent.
	const part = `{"contact_rules":{"per_year":null},"name":"Läden"}`
	if kind, _, _, _ := a.call("PUT", part, "If-Match", etag); kind != "" {
		t.Fatalf("a part answers %q", kind)
	}
	_, etag, _, object = a.call("GET", "")
	if object["updated_by"] != "ops" || object["version"] != 3.0 || etag != `"3"` || without(object) != part {
		t.Errorf("read back is %v", object)
	}
	set, _, err := s.Settings(context.Background(), k.Workspace)
	if err != nil || set.Name != "Läden" || set.Rules.PerYear != 0 || set.Language != "en" {
		t.Errorf("in force are %+v, %v", set, err)
	}
	for body, want := range map[string]string{`{"updated_by":"me"}`: "malformed", `{"language":"x"}`: "invalid", `{`: "malformed", `null`: "malformed",
		`{"brand":{"logo":"fil_aaaaaaaaaaaaaaaaaaaaaaaaaa"}}`: "not found"} {
		if kind, _, _, _ := a.call("PUT", body, "If-Match", etag); kind != want {
			t.Errorf("%s answers %q, want %q", body, kind, want)
		}
	}
}

func TestAttack36SettingsWithoutAnActorFailClosed(t *testing.T) {
	a := newSettingsAPI(t, newService(t), ident.Actor{})
	if kind, _, _, _ := a.call("GET", ""); kind != "internal" {
		t.Errorf("GET answers %q", kind)
	}
	if kind, _, _, _ := a.call("PUT", "{}", "If-Match", `"1"`); kind != "internal" {
		t.Errorf("PUT answers %q", kind)
	}
}
