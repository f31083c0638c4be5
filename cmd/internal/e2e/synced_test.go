package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// tracedID is how the answers of these tests call themselves; the trace shows
// it on its way in and on its way into the log.
var tracedID = regexp.MustCompile(`ack-\d+-\d+-end`)

// An answer is read from its connection, written into SQLite's log, and synced;
// only then is it acknowledged. With one customer as with many at once, who
// share commits, the trace must show that of each answer.
func TestNoAnswerIsAcknowledgedBeforeItsSync(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("NOT RUN: strace is not installed, so syncs cannot be seen")
	}
	trace := filepath.Join(t.TempDir(), "trace")
	if out, err := exec.Command("strace", "-o", trace, "true").CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: strace may not trace here: %v %s", err, out)
	}
	for _, c := range []struct{ customers, answers int }{{1, 40}, {16, 15}, {48, 8}} {
		t.Run(fmt.Sprintf("%d at once", c.customers), func(t *testing.T) {
			// Pages of the log are shown whole.
			p := start(t, t.TempDir(), "strace", "-f", "-tt", "-y", "-s", "4200",
				"-e", "trace=read,pwrite64,fdatasync,fsync,write,writev", "-e", "signal=none", "-o", trace)
			_, survey := p.survey()
			var all sync.WaitGroup
			for w := range c.customers {
				all.Go(func() {
					for i := range c.answers {
						body := fmt.Sprintf(`{"survey":%q,"id":"ack-%d-%d-end","answers":{"sat":4}}`, survey, w, i)
						if a, err := p.try("POST", "/v1/responses", strings.NewReader(body)); err != nil || a.status != 201 {
							t.Errorf("status %d: %s %v", a.status, a.body, err)
						}
					}
				})
			}
			all.Wait()
			p.stop()
			b, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged, syncs, faults := acknowledgements(string(b))
			for _, f := range faults {
				t.Error(f)
			}
			if want := c.customers * c.answers; acknowledged != want {
				t.Fatalf("%d acknowledgements are in the trace, %d were given: it does not show what it should", acknowledged, want)
			}
			t.Logf("%d acknowledgements, %d syncs of the log", acknowledged, syncs)
		})
	}
}

// tracedSyscall is one call of a trace. The tracer sees one thing at a time and lets
// each thread go on only after it noted it: of two things of which one waits
// for the other, the earlier one stands on an earlier line.
type tracedSyscall struct {
	name, on, text string // on is the descriptor with what it is, which no later one shares
	began, ended   int    // lines
	ok             bool
}

var (
	tracedLine = regexp.MustCompile(`^(\d+) +[\d:.]+ (.*)$`)
	tracedCall = regexp.MustCompile(`^(\w+)\((\d+<[^>]*>)`)
	resumed    = regexp.MustCompile(`^<\.\.\. \w+ resumed>`)
	tracedEnd  = regexp.MustCompile(` = (\d+)$`)
)

// acknowledgements looks for each answer's way and says what is wrong with it.
func acknowledgements(trace string) (acknowledged, syncs int, faults []string) {
	pending := map[string]*tracedSyscall{} // by thread
	asked := map[string]string{}           // by connection: the answer that was read
	logged := map[string]int{}             // by answer: the line on which the log had it
	synced := -1                           // of the syncs that ended: where the latest to begin began
	lines := strings.Split(trace, "\n")
	ended := func(c *tracedSyscall) {
		switch log := strings.HasSuffix(c.on, "waymark.db-wal>"); {
		case !c.ok:
		case c.name == "read":
			if id := tracedID.FindString(c.text); id != "" {
				asked[c.on] = id
			}
		case log && c.name == "pwrite64":
			for _, id := range tracedID.FindAllString(c.text, -1) {
				if _, ok := logged[id]; !ok {
					logged[id] = c.ended
				}
			}
		case log && (c.name == "fdatasync" || c.name == "fsync"):
			syncs++
			synced = max(synced, c.began)
		}
	}
	began := func(c *tracedSyscall) {
		if c.name != "write" && c.name != "writev" || !strings.Contains(c.text, `"HTTP/1.1 201 `) || asked[c.on] == "" {
			return
		}
		acknowledged++
		id := asked[c.on]
		delete(asked, c.on)
		if at, ok := logged[id]; !ok {
			faults = append(faults, fmt.Sprintf("%s was acknowledged before the log had it: %.40s", id, lines[c.began]))
		} else if synced < at {
			faults = append(faults, fmt.Sprintf("%s was acknowledged before a sync that began after the log had it: %.40s", id, lines[c.began]))
		}
	}
	for n, line := range lines {
		m := tracedLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		thread, text := m[1], m[2]
		c := pending[thread]
		if again := resumed.FindString(text); again != "" && c != nil {
			c.text += text[len(again):]
		} else if call := tracedCall.FindStringSubmatch(text); call != nil {
			c = &tracedSyscall{name: call[1], on: call[2], text: text, began: n}
			began(c)
		} else {
			continue
		}
		if strings.HasSuffix(text, "<unfinished ...>") {
			pending[thread] = c
			continue
		}
		delete(pending, thread)
		result := tracedEnd.FindStringSubmatch(text)
		c.ended, c.ok = n, result != nil && (result[1] != "0" || strings.HasSuffix(c.name, "sync"))
		ended(c)
	}
	return acknowledged, syncs, faults
}

func TestATraceTellsWhatWasAcknowledgedTooEarly(t *testing.T) {
	const (
		read   = `1 10:00:00.1 read(9<socket:[1]>, "POST /v1/responses HTTP/1.1\r\n{\"id\":\"ack-0-1-end\"}", 4096) = 60`
		log    = `2 10:00:00.2 pwrite64(7</d/waymark.db-wal>, "\0\3ack-0-1-end\1", 4096, 32) = 4096`
		sync   = `2 10:00:00.3 fdatasync(7</d/waymark.db-wal>) = 0`
		begins = `2 10:00:00.3 fdatasync(7</d/waymark.db-wal> <unfinished ...>`
		ends   = `2 10:00:00.5 <... fdatasync resumed>)   = 0`
		says   = `3 10:00:00.4 write(9<socket:[1]>, "HTTP/1.1 201 Created\r\n", 200) = 200`
	)
	for name, c := range map[string]struct {
		lines []string
		fault string
	}{
		"as it should be":               {[]string{read, log, sync, says}, ""},
		"while other threads work":      {[]string{read, log, begins, ends, says}, ""},
		"synced afterwards":             {[]string{read, log, says, sync}, "before a sync"},
		"while the sync is under way":   {[]string{read, log, begins, says, ends}, "before a sync"},
		"a sync that began too early":   {[]string{read, begins, strings.Replace(log, "2 ", "4 ", 1), ends, says}, "before a sync"},
		"the sync of the one before it": {[]string{read, sync, log, says}, "before a sync"},
		"a sync that failed":            {[]string{read, log, strings.Replace(sync, "= 0", "= -1 EIO (Input/output error)", 1), says}, "before a sync"},
		"a sync of another file":        {[]string{read, log, strings.Replace(sync, "-wal", "", 1), says}, "before a sync"},
		"never written":                 {[]string{read, sync, says}, "before the log had it"},
	} {
		n, _, faults := acknowledgements(strings.Join(c.lines, "\n"))
		if got := strings.Join(faults, "\n"); n != 1 || (c.fault == "") != (got == "") || !strings.Contains(got, c.fault) {
			t.Errorf("%s: %d acknowledgements, %q; want %q", name, n, got, c.fault)
		}
	}
}
