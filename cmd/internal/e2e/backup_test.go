package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/surveys/engine/enginetest"
)

// mongoStore gives a database of the test's own on MongoDB's wire protocol.
func mongoStore(t *testing.T) []string {
	t.Helper()
	uri := os.Getenv(enginetest.FerretVariable)
	if uri == "" {
		t.Skipf("NOT RUN: %s names no server", enginetest.FerretVariable)
	}
	return []string{"--mongo", enginetest.WithDatabase(t, uri)}
}

// mongoArgs is mongoStore with a Redis of the test's own.
func mongoArgs(t *testing.T) []string {
	t.Helper()
	return append(mongoStore(t), "--redis", redisServer(t))
}

func command(t *testing.T, code int, want string, args ...string) {
	t.Helper()
	cmd := exec.Command(bin, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), want) {
		t.Fatalf("waymark %s: exit code %d, want %d; it says %q, want %q", strings.Join(args, " "), got, code, out, want)
	}
}

func TestABackupUnderLoadHoldsWhatWasAcknowledgedBefore(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	p := start(t, data)
	_, survey := p.survey()
	var stop atomic.Bool
	var load sync.WaitGroup
	for w := range 4 {
		load.Go(func() {
			for i := 0; !stop.Load(); i++ {
				_, _ = p.try("POST", "/v1/responses", strings.NewReader(fmt.Sprintf(`{"survey":%q,"id":"load-%d-%d","answers":{"sat":3}}`, survey, w, i)))
			}
		})
	}
	for i := range 50 {
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":"before-%d","answers":{"sat":4}}`, survey, i))
	}
	file := filepath.Join(dir, "copy.db")
	command(t, 0, "holds the store", "backup", file, "--data", data)
	stop.Store(true)
	load.Wait()
	command(t, 1, "exists already", "backup", file, "--data", data)
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the copy can be read by others: %v %v", st.Mode(), err)
	}
	command(t, 1, "--force puts it aside", "restore", file, "--data", data)
	command(t, 1, "another process has the store open", "restore", file, "--data", data, "--force")

	other := t.TempDir()
	command(t, 0, "is in place", "restore", file, "--data", other)
	q := start(t, other)
	for i := range 50 {
		q.want(200, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":"before-%d","answers":{"sat":4}}`, survey, i))
	}
	q.waitRolledUp()
	q.verify("--data", other)

	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	command(t, 0, "is in place", "restore", file, "--data", data, "--force")
	start(t, data)

	bad := filepath.Join(dir, "bad.db")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096 * 3; i < 4096*6 && i < len(b); i++ {
		b[i] ^= 0x5a
	}
	for what, content := range map[string][]byte{"damaged": b, "foreign": []byte("hello"), "empty": nil} {
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Log(what)
		command(t, 1, "", "restore", bad, "--data", t.TempDir())
	}
}
