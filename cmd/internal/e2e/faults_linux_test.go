package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// fileLimit sets how large the files may grow that a running process writes.
// Beyond it a write fails as on a full disk.
func fileLimit(t *testing.T, pid int, bytes uint64) {
	t.Helper()
	const fsize = 1
	var old syscall.Rlimit
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), fsize, 0, uintptr(unsafe.Pointer(&old)), 0, 0); e != 0 {
		t.Skipf("NOT RUN: the limits of a process cannot be read here: %v", e)
	}
	limit := syscall.Rlimit{Cur: min(bytes, old.Max), Max: old.Max}
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), fsize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); e != 0 {
		t.Skipf("NOT RUN: the limits of a process cannot be set here: %v", e)
	}
}

func TestAttack60FilesThatMayNotGrowLoseNothingAndAreLeftWithoutARestart(t *testing.T) {
	args := []string{"--data", t.TempDir()}
	p := startWith(t, args, nil)
	o := strain(t, p)
	fileLimit(t, p.cmd.Process.Pid, 0)
	o.down([]int{200}, "store-down") // a quota is no full disk
	fileLimit(t, p.cmd.Process.Pid, ^uint64(0))
	o.back(args...)
}

func TestAttack60AFullDiskLosesNothingAndIsLeftWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("waymark-test", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("NOT RUN: a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { // after the program's end
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmounting the small disk: %v", err)
		}
	})
	args := []string{"--data", filepath.Join(dir, "data")}
	p := startWith(t, args, []string{"TMPDIR=" + dir})
	o := strain(t, p)
	ballast := filepath.Join(dir, "ballast")
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		f, err := os.OpenFile(ballast, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		_ = f.Close()
		time.Sleep(50 * time.Millisecond) // the program may have freed some
	}
	o.down([]int{200}, "store-full")
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	o.back(args...)
}

// inject lets system calls of a running process fail, and gives the function
// that ends it.
func inject(t *testing.T, pid int, expression string) (end func()) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("NOT RUN: strace is not installed, so system calls cannot be made to fail")
	}
	calls, _, _ := strings.Cut(expression, ":")
	var said strings.Builder
	cmd := exec.Command("strace", "-f", "-p", strconv.Itoa(pid), "-o", "/dev/null", "-e", "trace="+calls, "-e", "inject="+expression)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	end = func() {
		if !ended {
			ended = true
			_ = cmd.Process.Signal(syscall.SIGINT) // lets go of the process
			_ = cmd.Wait()
		}
	}
	t.Cleanup(end)
	for range 100 {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err == nil && !strings.Contains(string(b), "TracerPid:\t0\n") {
			return end
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Skipf("NOT RUN: strace may not attach here: %s", said.String())
	return nil
}

func TestAttack60ADiskThatFailsLosesNothingAndIsLeftWithoutARestart(t *testing.T) {
	for name, c := range map[string]struct {
		expression string
		slugs      []string // while open, and once opened again
	}{
		"it has become read-only": {"pwrite64,ftruncate:error=EROFS", []string{"store-down", "store-read-only"}},
		"it is full":              {"pwrite64,ftruncate:error=ENOSPC", []string{"store-full"}},
		"it cannot sync":          {"fdatasync,fsync:error=EIO", []string{"store-down"}},
		"it cannot be written":    {"pwrite64:error=EIO", []string{"store-down"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--data", t.TempDir()}
			p := startWith(t, args, nil)
			o := strain(t, p)
			end := inject(t, p.cmd.Process.Pid, c.expression)
			o.down([]int{200}, c.slugs...)
			end()
			o.back(args...)
		})
	}
}

func TestAttack60AStoreThatWasMovedTakesNothingUntilItIsPutBack(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	args := []string{"--data", data}
	p := startWith(t, args, nil)
	o := strain(t, p)
	if err := os.Rename(data, data+".moved"); err != nil {
		t.Fatal(err)
	}
	o.down([]int{200, 503}, "store-gone") // whoever has the file open may read it
	// A fresh directory with another store in its place is no better.
	other := startWith(t, args, nil)
	other.survey()
	other.stop()
	o.down([]int{200, 503}, "store-gone") // whoever has the file open may read it
	if err := errors.Join(os.RemoveAll(data), os.Rename(data+".moved", data)); err != nil {
		t.Fatal(err)
	}
	o.back(args...)
}

// asNobody lets a command run as a user who owns nothing, whom permissions
// bind even where the tests run as root. It gives that user the paths.
func asNobody(t *testing.T, paths ...string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	const nobody = 65534
	for _, dir := range []string{filepath.Dir(bin), filepath.Dir(paths[0]), filepath.Dir(filepath.Dir(paths[0]))} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range paths {
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Skipf("NOT RUN: files cannot be given to another user here: %v", err)
		}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

func TestAttack60ADirectoryThatMayNotBeWrittenIsRefusedAtTheStart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o500); err != nil {
		t.Fatal(err)
	}
	attr := asNobody(t, data)
	for _, dir := range []string{data, filepath.Join(data, "below")} {
		cmd := exec.Command(bin, "serve", "--addr", "127.0.0.1:0", "--data", dir)
		cmd.SysProcAttr = attr
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "permission denied") || !strings.Contains(string(out), dir) {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func TestAttack60AFileThatMayNotBeWrittenIsToldAndLeftWithoutARestart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	args, file := []string{"--data", data}, filepath.Join(data, "waymark.db")
	p := startWith(t, args, nil)
	_, survey := p.survey()
	p.answers(survey, 10)
	p.waitRolledUp()
	p.stop()
	attr := asNobody(t, data, file)
	if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	p = startAs(t, attr, "serve", args, nil)
	const problem = "/docs#store-read-only"
	body := `{"survey":"` + survey + `","answers":{"sat":4}}`
	p.want(503, "GET", "/readyz", "")
	if a := p.want(503, "POST", "/v1/responses", body); !strings.Contains(string(a.body), problem) {
		t.Errorf("%s", a.body)
	}
	p.want(200, "GET", "/v1/responses?survey="+survey, "")
	all, err := filepath.Glob(file + "*") // its logs have its permissions
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, f := range all {
		if err := os.Chmod(f, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.want(201, "POST", "/v1/responses", body)
	p.want(200, "GET", "/readyz", "")
	p.waitRolledUp()
	if n := len(p.want(200, "GET", "/v1/responses?survey="+survey, "").object(t)["data"].([]any)); n != 11 {
		t.Errorf("%d responses", n)
	}
	p.stop()
}
