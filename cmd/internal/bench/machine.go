package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Machine is where a run took place.
type Machine struct {
	Cores int    `json:"cores"`
	CPU   string `json:"cpu"`
	OS    string `json:"os"`
	Go    string `json:"go"`
	Disk  string `json:"disk"` // file system of the stores
	// SyncMillis is what making one page durable takes on that disk: the
	// median, without which rates of durable writes tell little.
	SyncMillis float64 `json:"sync_ms"`
}

// ThisMachine describes this one, and the disk below dir.
func ThisMachine(dir string) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU(), CPU: "unknown CPU", OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Disk: disk(dir)}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if v := field(string(b), "model name"); v != "" {
			m.CPU = v
		}
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.OS += " " + strings.TrimSpace(string(b))
	}
	var err error
	m.SyncMillis, err = syncTime(dir)
	return m, err
}

func (m Machine) String() string {
	return fmt.Sprintf("%d cores of %s, %s, %s, stores on %s (%s for a sync)", m.Cores, m.CPU, m.OS, m.Go, m.Disk, amount(m.SyncMillis, "ms"))
}

// field gives the first value of "name : value" lines.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// disk names the file system that dir lies on.
func disk(dir string) string {
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	b, rerr := os.ReadFile("/proc/self/mounts")
	if err != nil || rerr != nil {
		return "an unknown file system"
	}
	name, longest := "an unknown file system", 0
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		at := strings.TrimSuffix(f[1], "/")
		if (dir == at || strings.HasPrefix(dir, at+"/")) && len(f[1]) >= longest {
			name, longest = f[2], len(f[1])
		}
	}
	return name
}

// syncTime measures the median time of writing a page and syncing it.
func syncTime(dir string) (float64, error) {
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return 0, fmt.Errorf("measuring the disk: %w", err)
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	var took Latencies
	page := make([]byte, 4096)
	for range 50 {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, fmt.Errorf("measuring the disk: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("measuring the disk: %w", err)
		}
		took.Add(time.Since(began))
	}
	return took.Millis(0.5), nil
}
