package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"waymark/surveys/engine/enginetest"
)

func TestAttack60AnswersAreTakenWhileRedisIsGoneAndRolledUpWhenItIsBack(t *testing.T) {
	r := newRedis(t)
	args := []string{"--data", t.TempDir(), "--redis", r.url()}
	p := startWith(t, args, nil)
	o := strain(t, p)
	o.ready(200, `"degraded":[]`)
	r.stop()
	o.ready(200, `"degraded":["redis"]`)
	taken := len(o.taken)
	o.await("answers are taken", func() bool { return len(o.taken) >= taken+100 })
	r.start()
	o.back(args...)
	if len(o.refused) > 0 {
		t.Errorf("%d answers were refused, though only Redis was gone", len(o.refused))
	}
}

func TestAttack60AServerThatStartsWithoutRedisIsDegradedAndCatchesUp(t *testing.T) {
	r := newRedis(t)
	r.stop()
	args := []string{"--data", t.TempDir(), "--redis", r.url()}
	p := startWith(t, args, nil)
	o := strain(t, p)
	o.ready(200, `"degraded":["redis"]`)
	r.start()
	o.back(args...)
}

func TestAttack60ARedisThatHangsIsToldWithoutTraffic(t *testing.T) {
	r := newRedis(t)
	p := startWith(t, []string{"--data", t.TempDir(), "--redis", r.url()}, nil)
	o := &outage{t: t, p: p}
	o.ready(200, `"degraded":[]`)
	_ = r.cmd.Process.Signal(syscall.SIGSTOP)
	o.ready(200, `"degraded":["redis"]`)
	_ = r.cmd.Process.Signal(syscall.SIGCONT)
	o.ready(200, `"degraded":[]`)
}

// ownFerret is a FerretDB that the test may stop and start again.
type ownFerret struct {
	t         *testing.T
	bin       string
	dir, port string
	cmd       *exec.Cmd
}

func newFerret(t *testing.T) *ownFerret {
	t.Helper()
	if os.Getenv(enginetest.FerretVariable) == "" {
		t.Skipf("NOT RUN: %s names no server, so none of our own is built", enginetest.FerretVariable)
	}
	out, err := exec.Command("bash", "../../../.ci/ferret.sh", "build").Output()
	if err != nil {
		t.Fatalf("building FerretDB: %v", err)
	}
	f := &ownFerret{t: t, bin: strings.TrimSpace(string(out)), dir: t.TempDir(), port: freePort(t)}
	f.start()
	t.Cleanup(f.stop)
	return f
}

func (f *ownFerret) uri() string { return "mongodb://127.0.0.1:" + f.port + "/shop" }

func (f *ownFerret) start() {
	f.t.Helper()
	f.cmd = exec.Command(f.bin, "--addr", "127.0.0.1:"+f.port, "--data", filepath.Join(f.dir, "data"), "--lifetime", "10m")
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		f.t.Fatalf("FerretDB did not start: %q %v", line, err)
	}
}

// stop kills it: it has no time to put anything in order.
func (f *ownFerret) stop() {
	if f.cmd != nil {
		_ = f.cmd.Process.Kill()
		_ = f.cmd.Wait()
		f.cmd = nil
	}
}

func TestAttack60AStoreThatIsGoneLosesNothingAndIsFoundAgainWithoutARestart(t *testing.T) { // attack 58 too
	f, r := newFerret(t), newRedis(t)
	args := []string{"--mongo", f.uri(), "--redis", r.url()}
	p := startWith(t, args, nil)
	o := strain(t, p)
	f.stop()
	o.down([]int{503}, "store-down")
	f.start()
	o.back(args...)
}
