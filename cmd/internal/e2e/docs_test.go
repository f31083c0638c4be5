package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestPageOfTheAPIInABrowser(t *testing.T) {
	ctx := browser(t)
	p := start(t, t.TempDir())
	requests, complaints := watch(t, ctx)
	url := p.base + "/docs"
	for _, width := range []int64{320, 390, 768, 1024, 1440, 1920} {
		do(t, ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url))
		see(t, ctx, `document.querySelectorAll('details').forEach(d => d.open = true)`)
		// Code may scroll within its frame, the page must not.
		if got := see(t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); got != "0" {
			t.Errorf("at %d pixels the page is %s wider than the screen", width, got)
		}
		if got := see(t, ctx, `[...document.querySelectorAll('.contents a, .routes a, summary')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).map(e => e.textContent).slice(0, 5)`); got != "" {
			t.Errorf("at %d pixels these targets are too small: %s", width, got)
		}
	}
	// By keyboard: the first stop skips the contents.
	do(t, ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url))
	do(t, ctx, chromedp.KeyEvent("\t"))
	if got := see(t, ctx, `document.activeElement.textContent + ' ' + (document.activeElement.getBoundingClientRect().left >= 0)`); got != "Skip to the content true" {
		t.Errorf("the first stop is %q", got)
	}
	// The type of a problem leads to its place.
	var problem struct{ Type string }
	if err := json.Unmarshal(p.want(404, "GET", "/v1/maps/nonsense", "").body, &problem); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(p.base+problem.Type))
	if got := see(t, ctx, `(e => e.textContent + ' ' + (e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().top < innerHeight))(document.querySelector(':target'))`); got != "not-found true" {
		t.Errorf("%s leads to %q", problem.Type, got)
	}
	for r := range strings.Lines(requests.String()) {
		if !strings.HasPrefix(r, url) {
			t.Errorf("the page asked for %s", r)
		}
	}
	if complaints.String() != "" {
		t.Errorf("the browser complains: %s", complaints)
	}
}

func TestPageOfTheAPIHasNoFaultThatAxeFinds(t *testing.T) {
	file := os.Getenv("WAYMARK_TEST_AXE")
	if file == "" {
		t.Skip("NOT RUN: WAYMARK_TEST_AXE names no axe-core")
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	p := start(t, t.TempDir())
	// The page is long, and takes axe many seconds: each width in one scheme.
	for width, scheme := range map[int64]string{390: "dark", 1440: "light"} {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(p.base+"/docs"))
		see(t, ctx, "("+"()=>{"+string(code)+"}"+")()")
		if got := later(t, ctx, axe); got != "" {
			t.Errorf("%d pixels, %s:\n%s", width, scheme, got)
		}
	}
}

// The commands on the page are run as a reader would, one after the other.
func TestCommandsOnThePageOfTheAPIWork(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("NOT RUN: there is no curl")
	}
	ctx := browser(t)
	p := start(t, t.TempDir())
	do(t, ctx, chromedp.Navigate(p.base+"/docs"))
	ids := map[string]string{} // on the page → ours
	run := func(operation string, status int) map[string]any {
		t.Helper()
		command := see(t, ctx, fmt.Sprintf(`document.getElementById(%q).closest('article').querySelector('.shown pre').textContent`, operation))
		for shown, ours := range ids {
			command = strings.ReplaceAll(command, shown, ours)
		}
		cmd := exec.Command("sh", "-c", command+` -sS -w '\n%{http_code}'`)
		cmd.Env = append(os.Environ(), "KEY="+p.key)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, command)
		}
		i := strings.LastIndexByte(string(out), '\n')
		body, code := out[:i], string(out[i+1:])
		if code != fmt.Sprint(status) {
			t.Fatalf("%s\nanswers %s, want %d: %s", command, code, status, body)
		}
		var m map[string]any
		_ = json.Unmarshal(body, &m) // lines and files are none
		return m
	}
	// made runs a command and lets the following ones name what it made.
	made := func(operation string, status int) {
		t.Helper()
		id := run(operation, status)["id"].(string)
		shown := see(t, ctx, fmt.Sprintf(`document.getElementById(%q).closest('article').querySelector('.sample').textContent.match(/"id": "([^"]+)"/)[1]`, operation))
		ids[shown] = id
	}
	made("createMap", 201)
	run("getMap", 200)
	run("replaceMap", 200)
	made("createSurvey", 201)
	run("replaceSurvey", 200)
	run("publishSurvey", 200)
	run("createResponses", 200)
	run("exportCSV", 200)
	run("getScores", 200)
	run("renderSVG", 200)
	run("createShare", 201)
	run("replaceSettings", 200)
	run("closeSurvey", 200)
	run("live", 200)
}
