package rest

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"waymark/surveys/fault"
)

// Shells eat quotation marks: who sends a tag without them must not go looking
// for somebody else's change.
func TestAnIfMatchWithoutAVersionSaysSo(t *testing.T) {
	for sent, want := range map[string]string{`3`: "quotation marks", `*`: "quotation marks", `W/"3"`: "quotation marks", `""`: "quotation marks", ``: "Send If-Match"} {
		app := fiber.New()
		var got error
		app.Put("/", func(c *fiber.Ctx) error { _, got = IfMatch(c); return nil })
		r := httptest.NewRequest("PUT", "/", nil)
		if sent != "" {
			r.Header.Set("If-Match", sent)
		}
		if _, err := app.Test(r); err != nil {
			t.Fatal(err)
		}
		if kind := fault.KindOf(got); got == nil || !strings.Contains(got.Error(), want) || (sent != "" && kind != fault.Stale) {
			t.Errorf("%s answers %v (%v), want %q", sent, got, kind, want)
		}
	}
}
