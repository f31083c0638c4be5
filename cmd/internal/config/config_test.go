package config

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func load(t *testing.T, env map[string]string, args ...string) (Config, error) {
	t.Helper()
	fs := flag.NewFlagSet("test", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	f := Bind(fs, func(k string) string { return env[k] })
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f()
}

func TestAFlagWinsOverTheEnvironmentOverTheFileOverTheDefault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "waymark.conf")
	if err := os.WriteFile(file, []byte("# a remark\nWAYMARK_ADDR=127.0.0.1:1\nWAYMARK_DATA=/from/file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"the default", nil, nil, "127.0.0.1:8080"},
		{"the file", nil, []string{"--config", file}, "127.0.0.1:1"},
		{"the environment", map[string]string{"WAYMARK_ADDR": "127.0.0.1:2"}, []string{"--config", file}, "127.0.0.1:2"},
		{"the flag", map[string]string{"WAYMARK_ADDR": "127.0.0.1:2"}, []string{"--config", file, "--addr", "127.0.0.1:3"}, "127.0.0.1:3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := load(t, c.env, c.args...)
			if err != nil || got.Addr != c.want {
				t.Fatalf("addr %q, %v; want %q", got.Addr, err, c.want)
			}
		})
	}
}

func TestAllFaultsAreReportedAtOnceAndNoSecretAmongThem(t *testing.T) {
	_, err := load(t, map[string]string{
		"WAYMARK_ADDR":          "nonsense",
		"WAYMARK_BASE_URL":      "ftp://x",
		"WAYMARK_MONGO_URI":     "mongodb://user:hunter2@:bad:port",
		"WAYMARK_REDIS_URL":     "http://:hunter2@x",
		"WAYMARK_BOOTSTRAP_KEY": "wm_hunter2",
		"WAYMARK_LIMITS":        "off",
		"WAYMARK_TEST_CLOCK":    "/tmp/x",
	})
	if err == nil {
		t.Fatal("nothing was refused")
	}
	for _, name := range []string{"ADDR", "BASE_URL", "MONGO_URI", "REDIS_URL", "BOOTSTRAP_KEY", "LIMITS", "TEST_CLOCK"} {
		if !strings.Contains(err.Error(), "WAYMARK_"+name) {
			t.Errorf("the fault of WAYMARK_%s is missing:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is shown:\n%v", err)
	}
}

func TestTrustedProxiesAreAddressesAndNetworks(t *testing.T) {
	c, err := load(t, map[string]string{"WAYMARK_TRUSTED_PROXIES": "127.0.0.1, 10.1.2.3/8 ,fd00::/8,::ffff:192.0.2.0/120,"})
	if err != nil || fmt.Sprint(c.TrustedProxies) != "[127.0.0.1/32 10.0.0.0/8 fd00::/8 192.0.2.0/24]" {
		t.Errorf("%v %v", c.TrustedProxies, err)
	}
	_, err = load(t, nil, "--trusted-proxies", "10.0.0.0/33,proxy.example,0.0.0.0/0,::/0,::ffff:0.0.0.0/90")
	for _, entry := range []string{"10.0.0.0/33", "proxy.example", "0.0.0.0/0", `"::/0"`, "/90"} {
		if err == nil || !strings.Contains(err.Error(), entry) {
			t.Errorf("%s is not refused: %v", entry, err)
		}
	}
}
