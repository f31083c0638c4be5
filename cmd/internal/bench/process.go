package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Resident is a process's memory that lies in RAM, in megabytes of 10^6
// bytes; "self" names this one. It reads /proc and so needs Linux.
func Resident(pid string) (float64, error) { return status(pid, "VmRSS") }

// PeakResident is the most that Resident ever was.
func PeakResident(pid string) (float64, error) { return status(pid, "VmHWM") }

func status(pid, name string) (float64, error) {
	b, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, fmt.Errorf("reading a process's memory: %w", err)
	}
	kib, err := strconv.ParseFloat(strings.TrimSuffix(field(string(b), name), " kB"), 64)
	if err != nil {
		return 0, fmt.Errorf("reading a process's memory: %w", err)
	}
	return kib * 1024 / 1e6, nil
}

// CPU is the processor time that a process has used. It reads /proc and so
// needs Linux.
func CPU(pid string) (time.Duration, error) {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, fmt.Errorf("reading a process's processor time: %w", err)
	}
	// The name in parentheses may hold anything; counted from behind it, user
	// and system time are fields 12 and 13, in hundredths of a second.
	f := strings.Fields(string(b)[strings.LastIndex(string(b), ")")+1:])
	if len(f) < 13 {
		return 0, fmt.Errorf("reading a process's processor time: %d fields", len(f))
	}
	var ticks int64
	for _, v := range f[11:13] {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading a process's processor time: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}
