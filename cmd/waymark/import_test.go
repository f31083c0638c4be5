package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"waymark/cmd/internal/app"
	"waymark/cmd/internal/config"
	"waymark/surveys/ident"
)

// surveyed makes a store with someKey and a published survey that asks sat and why.
func surveyed(t *testing.T) (data, survey string) {
	t.Helper()
	ctx, data := context.Background(), t.TempDir()
	a, err := app.Open(ctx, config.Config{Data: data, BootstrapKey: someKey}, slog.New(slog.DiscardHandler), app.Verify)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close(ctx) }()
	actor, err := a.Workspaces.Authenticate(ctx, someKey)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Maps.Create(ctx, actor, ident.New("map"), false, []byte(`{"title":"Shop","stages":[{"id":"order","name":"Order"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Surveys.Create(ctx, actor, ident.New("srv"), false, fmt.Appendf(nil, `{"map":%q,"stage":"order","title":{"en":"Order"},
		"questions":[{"id":"sat","type":"csat","title":{"en":"How?"},"required":true},{"id":"why","type":"text","title":{"en":"Why?"}}]}`, m.ID))
	if err == nil {
		_, err = a.Surveys.Publish(ctx, actor, s.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data, s.ID
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "answers.csv")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAnImportListsRefusalsInTheOrderOfLines(t *testing.T) {
	data, survey := surveyed(t)
	var b strings.Builder
	b.WriteString("n,sat,why\n")
	var want []int
	for line := 2; line < 1700; line++ {
		switch {
		case line%97 == 0: // refused when it is read
			fmt.Fprintf(&b, "%d,x,\n", line)
		case line%89 == 0: // refused by the survey
			fmt.Fprintf(&b, "%d,9,\n", line)
		case line%83 == 0: // refused by the form of a response
			fmt.Fprintf(&b, "%s,4,\n", strings.Repeat("n", 129))
		default:
			fmt.Fprintf(&b, "%d,4,\n", line)
			continue
		}
		want = append(want, line)
	}
	base := begin(t, nil, "--addr", "127.0.0.1:0", "--data", data)
	file := write(t, b.String())
	for where, to := range map[string][]string{"here": {"--data", data}, "over HTTP": {"--server", base.base(), "--key", someKey}, "dry": {"--data", data, "--dry-run"}} {
		code, out, errs := run(t, nil, append([]string{"import", "responses", file, "--survey", survey, "--map", "n=id", "--map", "sat=answers.sat"}, to...)...)
		var got []int
		for _, m := range regexp.MustCompile(`(?m)^line (\d+): `).FindAllStringSubmatch(errs, -1) {
			n, _ := strconv.Atoi(m[1])
			got = append(got, n)
		}
		if code != 1 || !slices.Equal(got, want) || !strings.Contains(out, "1698 rows: ") {
			t.Errorf("%s: exit code %d, %q; refused are %v, want %v", where, code, out, got, want)
		}
	}
}

func TestAnImportCountsInSingularAndPlural(t *testing.T) {
	data, survey := surveyed(t)
	args := []string{"--survey", survey, "--map", "sat=answers.sat", "--data", data}
	says(t, 1, "1 row: 0 taken, 0 known already, 1 refused\n", append([]string{"import", "responses", write(t, "n,sat\n1,9\n")}, args...)...)
	says(t, 1, "1 row was refused\n", append([]string{"import", "responses", write(t, "n,sat\n1,9\n2,4\n")}, args...)...)
	says(t, 1, "2 rows were refused\n", append([]string{"import", "responses", write(t, "n,sat\n1,9\n2,9\n")}, args...)...)
	says(t, 0, "rebuilt from 1 response\n", "rebuild", "--data", data)
	if _, _, errs := run(t, nil, "rebuild", "--data", data); errs != "" {
		t.Errorf("what is no terminal gets %q", errs)
	}
}

func TestAnImportOverHTTPSaysWhatIsWrongWithTheServer(t *testing.T) {
	data, survey := surveyed(t)
	base := begin(t, nil, "--addr", "127.0.0.1:0", "--data", data)
	args := []string{"import", "responses", write(t, "n,sat\n1,4\n"), "--survey", survey, "--map", "sat=answers.sat"}
	says(t, 2, "the server does not know this key", append(args, "--server", base.base(), "--key", "wm_me_zzzzzzzzzz0123456789abcdefghijklmnopqrstuvwxyz")...)
	for _, server := range []string{"127.0.0.1:8080", "localhost:8080", "shop.example", "ftp://shop.example", "http://"} {
		says(t, 2, "--server: write it as http://host:port", append(args, "--server", server, "--key", someKey)...)
	}
	says(t, 0, "1 row: 1 taken", append(args, "--server", base.base()+"/", "--key", someKey)...)
}
