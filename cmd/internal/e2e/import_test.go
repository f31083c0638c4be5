package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAttack18RowsOfABadFileStandAloneAndNoneIsHalfImported(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	_, survey := p.survey()
	file := filepath.Join(t.TempDir(), "answers.csv")
	bring := func(content string) (string, int) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(bin, "import", "responses", file, "--survey", survey, "--map", "n=id", "--map", "score=answers.sat",
			"--map", "feel=answers.feel", "--map", "why=answers.why", "--map", "state=properties.state", "--data", data).CombinedOutput()
		return string(out), exitCode(err)
	}
	stored := func() map[string]map[string]any {
		t.Helper()
		all := map[string]map[string]any{}
		for line := range bytes.Lines(p.want(200, "GET", "/v1/responses/export.ndjson?survey="+survey, "").body) {
			var r struct {
				ID      string `json:"sender_id"`
				Answers map[string]any
			}
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			all[r.ID] = r.Answers
		}
		return all
	}
	for name, content := range map[string]string{
		"UTF-16":            "\xff\xfen\x00,\x00s\x00c\x00o\x00r\x00e\x00\n\x00",
		"a million columns": strings.Repeat("c,", 1_000_000) + "n,score,feel,why,state\n",
		"a zip (attack 17)": bomb(t),
		"a missing column":  "n,score\n1,4\n",
		"nothing":           "",
	} {
		if out, code := bring(content); code != 2 {
			t.Errorf("%s: exit code %d: %.300s", name, code, out)
		}
	}
	if n := len(stored()); n != 0 {
		t.Fatalf("files that cannot be used left %d rows", n)
	}
	rows := []string{ // the first row of the file is line 1
		"good,4,-1,fine,SP\r\n",
		"broken,5,1,bad \" quote,SP\n",
		"short,5\r",
		"scale,9,1,x,SP\n",               // attack 11
		"text,x,1,x,SP\n",                // attack 11
		"half,4,7,x,SP\n",                // its first answer is right, its second is not
		"nul,4,1,a\x00b,SP\n",            // attack 19
		"invalid,4,1,a\xffb,SP\n",        // attack 19
		"huge,9007199254740993,1,x,SP\n", // attack 13
		"long,4,1," + strings.Repeat("x", 10_001) + ",SP\n",
		"missing,,1,x,SP\n", // attack 10
		"state,4,1,x," + strings.Repeat("s", 201) + "\n",
		"twice,4,1,x,SP\n", // attack 5
		"twice,4,1,x,SP\n",
		"twice,5,1,x,SP\n", // attack 6
		"last,5,2,\"two\nlines\",SP\n",
	}
	out, code := bring("n,score,feel,why,state\n" + strings.Join(rows, ""))
	if code != 1 {
		t.Errorf("exit code %d: %s", code, out)
	}
	for _, line := range []string{"line 3:", "line 4:", "line 5:", "line 6:", "line 7:", "line 8:", "line 9:", "line 10:", "line 11:", "line 12:", "line 13:", "line 16:"} {
		if !strings.Contains(out, line) {
			t.Errorf("%s is not reported:\n%s", line, out)
		}
	}
	got := stored()
	for _, id := range []string{"good", "twice", "last"} {
		if a := got[id]; len(a) != 3 {
			t.Errorf("%s is not whole: %v", id, a)
		}
	}
	if len(got) != 3 {
		t.Errorf("stored are %v", got)
	}
	p.waitRolledUp()
	p.verify("--data", data)
}

// bomb is a small file that holds a large one.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("../../xl/worksheets/sheet1.xml")
	if err == nil {
		_, err = w.Write(make([]byte, 50<<20))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
