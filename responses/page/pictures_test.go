//go:build pictures

package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPictures writes what every page looks like, for people to look at:
// WAYMARK_TEST_PICTURES=FOLDER go test -tags pictures -run Pictures ./responses/page
func TestPictures(t *testing.T) {
	dir := os.Getenv("WAYMARK_TEST_PICTURES")
	if dir == "" {
		t.Fatal("WAYMARK_TEST_PICTURES names no folder")
	}
	ctx := browser(t)
	h := serve(t)
	shot := func(name string, page drawn, width, height int64, features ...string) {
		media(t, ctx, features...)
		do(t, ctx, chromedp.EmulateViewport(width, height))
		h.show(t, ctx, page)
		b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if strings.HasPrefix(name, "sheet") {
			b, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	only := os.Getenv("WAYMARK_TEST_PICTURES_OF")
	for _, k := range kinds {
		if only != "" && !strings.Contains(k, only) {
			continue
		}
		en := speaking("en")
		shot(k+"-light", en.view(en.answered(k)), 1280, 800, "prefers-color-scheme:light")
		shot(k+"-dark", en.view(en.answered(k)), 1280, 800, "prefers-color-scheme:dark")
		de := speaking("de")
		shot(k+"-phone", de.view(de.answered(k)), 360, 740, "prefers-color-scheme:light")
		shot(k+"-small", de.view(de.field(k)), 320, 568, "prefers-color-scheme:light")
		ar := speaking("ar")
		shot(k+"-rtl", ar.view(ar.answered(k)), 640, 450, "prefers-color-scheme:light")
		shot(k+"-rtlphone", ar.refused(k), 360, 740, "prefers-color-scheme:dark")
		shot(k+"-forced", en.view(en.answered(k)), 360, 740, "forced-colors:active", "prefers-color-scheme:dark")
	}
	if only != "" && only != "end" {
		return
	}
	shot("sheet", speaking("en").sheet(), 1280, 900)
	shot("sheet-phone", speaking("en").sheet(), 360, 740)
	for _, k := range endKinds {
		e := &End{Kind: k, Lang: "en", Words: speaking("en").w, Brand: Brand{Name: "Shop", Colour: "#ffd400"}}
		if k == EndThanks {
			e.Change, e.Link, e.Text = "/s/t", Link{"https://shop.example", "Back to the shop"}, "Your answers help the couriers."
		}
		shot("end-"+string(k), e, 1280, 800)
		shot("end-phone-"+string(k), e, 360, 740, "prefers-color-scheme:dark")
	}
}
