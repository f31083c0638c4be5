package main

import (
	"strings"
	"testing"
)

func TestEveryCommandHelpsWithAnExampleOfItself(t *testing.T) {
	_, all, _ := run(t, nil, "--help")
	lines := [][]string{{"keys", "create"}, {"keys", "list"}, {"keys", "revoke"}, {"import", "responses"}, {"export", "responses"},
		{"surveys", "lint"}, {"surveys", "template"}, {"surveys", "templates"}}
	for _, c := range commands() {
		lines = append(lines, []string{c.name})
		if !strings.Contains(all, "\n  "+c.name+" ") {
			t.Errorf("waymark --help does not name %s", c.name)
		}
		if !strings.HasPrefix(c.example, "waymark "+c.name) {
			t.Errorf("the example of %s is %q", c.name, c.example)
		}
	}
	for _, line := range lines {
		for _, flag := range []string{"--help", "-h"} {
			code, stdout, stderr := run(t, nil, append(line[:len(line):len(line)], flag)...)
			if code != 0 || !strings.Contains(stdout, "\nExample:\n  waymark "+line[0]) || stderr != "" {
				t.Errorf("waymark %s %s: exit code %d\n%s\n%s", strings.Join(line, " "), flag, code, stdout, stderr)
			}
		}
	}
}
