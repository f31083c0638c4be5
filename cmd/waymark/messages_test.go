package main

import (
	"net"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"waymark/cmd/internal/config"
)

func TestAPortInUseNamesAWayOut(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	n, _ := strconv.Atoi(port)
	want := "127.0.0.1:" + port + ": address already in use; choose another with --addr 127.0.0.1:"
	if n < 65535 {
		want += strconv.Itoa(n + 1)
	}
	says(t, 1, want, "serve", "--addr", "127.0.0.1:"+port, "--data", t.TempDir())
	says(t, 1, want, "demo", "--addr", "127.0.0.1:"+port)
}

func TestKeysSayWhatIsMissingAndWhatIsNotThere(t *testing.T) {
	data := []string{"--data", t.TempDir()}
	says(t, 2, "--workspace is missing\n--scope is missing", append([]string{"keys", "create"}, data...)...)
	says(t, 2, "--workspace is missing\n--scope must be", append([]string{"keys", "create", "--scope", "all"}, data...)...)
	says(t, 0, "wm_", append([]string{"keys", "create", "--workspace", "shop", "--scope", "read"}, data...)...)
	says(t, 1, `there is no key "nobody"; see waymark keys list`, append([]string{"keys", "revoke", "nobody"}, data...)...)
	_, out, errs := run(t, nil, append([]string{"keys", "revoke", someKey}, data...)...)
	if !strings.Contains(errs, `there is no key "me"`) || strings.Contains(out+errs, "0123456789") {
		t.Errorf("revoking a whole key says %q", out+errs)
	}
	says(t, 1, `there is no workspace "nope"`, append([]string{"keys", "list", "--workspace", "nope"}, data...)...)
}

func TestAFaultyBootstrapKeyReadsOnceAndSaysItsForm(t *testing.T) {
	_, _, errs := run(t, map[string]string{"WAYMARK_BOOTSTRAP_KEY": "wm_hunter2"}, "verify", "--data", t.TempDir())
	if strings.Count(errs, "WAYMARK_BOOTSTRAP_KEY") != 1 || !strings.Contains(errs, "wm_, then an id") || strings.Contains(errs, "hunter2") {
		t.Errorf("it says %q", errs)
	}
}

func TestHelpListsTheSettingsThatTheCommandUsesOnce(t *testing.T) {
	for command, uses := range map[string]string{
		"serve": "--addr --base-url --data --mongo --redis --trusted-proxies", "api": "--addr --base-url --mongo --redis --trusted-proxies",
		"worker": "--mongo --redis", "migrate": "--data --mongo", "import": "--data --mongo", "export": "--data --mongo",
		"verify": "--data --mongo", "rebuild": "--data --mongo", "backup": "--data", "restore": "--data", "demo": "--addr --base-url --data",
		"keys create": "--data --mongo", "keys list": "--data --mongo", "keys revoke": "--data --mongo",
	} {
		code, help, _ := run(t, nil, append(strings.Fields(command), "--help")...)
		if code != 0 {
			t.Errorf("%s --help: exit code %d", command, code)
		}
		_, settings, _ := strings.Cut(help, "Settings (")
		var got []string
		for line := range strings.Lines(settings) {
			if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(name, "--") {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != uses {
			t.Errorf("%s lists %v, want %s", command, got, uses)
		}
		for _, flag := range got {
			if !config.Is(strings.TrimPrefix(flag, "--")) || strings.Contains(help, "  -"+strings.TrimPrefix(flag, "--")+" ") {
				t.Errorf("%s lists %s twice", command, flag)
			}
		}
	}
	for command, without := range map[string]string{"keys list": "-scope", "keys revoke": "-workspace", "verify": "Flags:"} {
		if _, help, _ := run(t, nil, append(strings.Fields(command), "--help")...); strings.Contains(help, "\n  "+without) || strings.Contains(help, "\n"+without) {
			t.Errorf("%s --help shows %s:\n%s", command, without, help)
		}
	}
	says(t, 0, "csv|ndjson", "export", "--help")
}

func TestVersionNamesTheProgramAndTheSchemasItKnows(t *testing.T) {
	for _, args := range []string{"version", "--version"} {
		says(t, 0, "schema of SQLite ", args)
	}
	i := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}}
	i.Main.Version = "v1.2.3"
	if got := built(i); got != "v1.2.3 (commit 0123456789ab, changed since)" {
		t.Errorf("it is %q", got)
	}
	if got := built(&debug.BuildInfo{}); got != "(devel)" {
		t.Errorf("it is %q", got)
	}
}

func TestRestoreNamesWhereTheOldStoreIs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "copy.db")
	says(t, 0, "wm_", "keys", "create", "--workspace", "shop", "--scope", "read", "--data", dir)
	says(t, 0, "holds the store", "backup", file, "--data", dir)
	says(t, 0, "the store that was there is now "+filepath.Join(dir, "waymark.db.before-"), "restore", file, "--force", "--data", dir)
	if _, out, _ := run(t, nil, "restore", file, "--force", "--data", t.TempDir()); strings.Contains(out, "was there") {
		t.Errorf("where none was it says %q", out)
	}
}

func TestAMongoDBThatIsNotThereIsNamedInOneSentence(t *testing.T) {
	code, _, errs := run(t, nil, "migrate", "--mongo", "mongodb://ana:hunter2@127.0.0.1:1/waymark")
	if code != 1 || errs != "waymark migrate: no MongoDB answers at 127.0.0.1:1 (connection refused)\n" {
		t.Errorf("exit code %d, it says %q", code, errs)
	}
}
