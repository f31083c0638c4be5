package page

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestAFileThatIsTooLargeIsToldBeforeItIsSent(t *testing.T) {
	ctx := browser(t)
	h := serve(t)
	s := speaking("en")
	f := s.field("file")
	f.Control.MaxBytes = 1 << 20
	h.show(t, ctx, s.view(f))
	choose := func(size int) {
		name := filepath.Join(t.TempDir(), strconv.Itoa(size)+".png")
		if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{name}))
	}
	const told = `(e => !e || e.hidden ? '' : e.textContent)(document.querySelector('#q-file [role=alert]'))`
	const kept = `document.querySelector('input[type=file]').files.length`
	choose(1<<20 + 1)
	eventually(t, "it says so", func() bool {
		return see(t, ctx, told) == "The file is too large; up to 1 MB can be taken." && see(t, ctx, kept) == "0"
	})
	choose(1 << 20)
	eventually(t, "one that fits is kept", func() bool { return see(t, ctx, told) == "" && see(t, ctx, kept) == "1" })
}
