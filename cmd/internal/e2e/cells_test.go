package e2e

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A cell that differs from the responses is found, named and mended, and
// scripts learn of it by the exit code.
func TestADamagedCellIsNamedByVerifyAndMendedByRebuild(t *testing.T) {
	data := t.TempDir()
	args := []string{"--data", data}
	p := startWith(t, args, nil)
	_, survey := p.survey()
	const each = 6
	for i := range 2 * each { // two days, and the second one is happier
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{"sat":%d},"occurred_at":"2024-03-0%dT10:00:00Z"}`, survey, 2+i/each, 4+i/each))
	}
	p.waitRolledUp()
	if code := p.stop(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, p.log)
	}
	verify := append([]string{"verify"}, args...)
	command(t, 0, " 0 differences, 0 not compared\n", verify...)
	const day = "level = 0 AND at = 1000 * strftime('%s', '2024-03-04')"
	for name, damage := range map[string]string{
		"a wrong count":        "UPDATE cells SET counted = counted + 1 WHERE " + day,
		"another day's groups": "UPDATE cells SET (totals, groups) = (SELECT totals, groups FROM cells o WHERE o.level = 0 AND o.at > cells.at) WHERE " + day,
		"a cell that is gone":  "DELETE FROM cells WHERE " + day,
	} {
		t.Run(name, func(t *testing.T) {
			sqlExec(t, filepath.Join(data, "waymark.db"), damage)
			for range 2 { // looking mends nothing
				command(t, 1, survey+": day 2024-03-04T00:00:00.000Z", verify...)
			}
			command(t, 1, "`waymark rebuild` mends it", verify...)
			cmd := exec.Command(bin, append([]string{"rebuild"}, args...)...)
			var out, progress bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &progress
			if err := cmd.Run(); err != nil {
				t.Fatalf("rebuild: %v\n%s", err, progress.Bytes())
			}
			if want := fmt.Sprintf("rebuilt from %d responses\n", 2*each); out.String() != want {
				t.Errorf("rebuild says %q, want %q", out.String(), want)
			}
			if strings.Contains(progress.String(), "\r") {
				t.Errorf("progress that only a terminal shows goes into a file: %q", progress.String())
			}
			command(t, 0, " 0 differences, 0 not compared\n", verify...)
		})
	}
}
