package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAHiddenQuestionIsAnsweredByItsDefaultOverTheAPI(t *testing.T) {
	p := start(t, t.TempDir())
	mapID, _ := p.survey()
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"order","title":"x","questions":[{"id":"sat","type":"csat","title":"How?"},{"id":"src","type":"hidden","default":"direct"}]}`, mapID)).object(t)
	survey := s["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+survey+"/publish", "")
	for sent, want := range map[string]string{`{"sat":4}`: "direct", `{"sat":4,"src":"mail"}`: "mail"} {
		body := fmt.Sprintf(`{"survey":%q,"id":%q,"answers":%s}`, survey, want, sent)
		r := p.want(201, "POST", "/v1/responses", body).object(t)
		p.want(200, "POST", "/v1/responses", body) // a repeat is compared with what was sent
		got := p.want(200, "GET", fmt.Sprintf("/v1/responses/%s", r["id"]), "").object(t)
		if src := got["answers"].(map[string]any)["src"]; src != want {
			t.Errorf("%s: the hidden question is answered %v, want %q", sent, src, want)
		}
	}
	if csv := string(p.want(200, "GET", "/v1/responses/export.csv?survey="+survey, "").body); !strings.Contains(csv, "direct") {
		t.Errorf("the export lacks the default:\n%s", csv)
	}
}

// closes answers the survey from all sides while it is closed, and fails where
// an answer was taken whose request began after close had answered.
func closes(t *testing.T, survey string, closing *program, taking ...*program) {
	t.Helper()
	var closed atomic.Int64 // when close had answered, in nanoseconds; 0 before
	stop := make(chan struct{})
	var load sync.WaitGroup
	var before, after atomic.Int32
	began := time.Now()
	for i, p := range taking {
		for w := range 4 {
			load.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					at := int64(time.Since(began))
					a, err := p.try("POST", "/v1/responses", strings.NewReader(fmt.Sprintf(`{"survey":%q,"id":"c%d-%d-%d","answers":{"sat":4}}`, survey, i, w, n)))
					late := closed.Load() != 0 && at > closed.Load()
					switch {
					case err != nil:
						t.Errorf("%v", err)
					case late && a.status != 410:
						t.Errorf("attack 9: an answer that began after the close was answered %d: %s", a.status, a.body)
					case late:
						after.Add(1)
					case a.status == 201:
						before.Add(1)
					case a.status != 410:
						t.Errorf("status %d: %s", a.status, a.body)
					}
				}
			})
		}
	}
	for end := time.Now().Add(20 * time.Second); before.Load() < 20 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	closing.want(200, "POST", "/v1/surveys/"+survey+"/close", "")
	closed.Store(int64(time.Since(began)))
	for end := time.Now().Add(20 * time.Second); after.Load() < 20 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	close(stop)
	load.Wait()
	if before.Load() < 20 || after.Load() < 20 {
		t.Fatalf("%d answers before the close and %d after it: the test tried nothing", before.Load(), after.Load())
	}
}

func TestAttack9NothingIsTakenOnceCloseHasAnswered(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	_, survey := p.survey()
	closes(t, survey, p, p)
	// Nor by a batch, nor by another process that has the store open.
	line := fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`+"\n", survey)
	if a := p.want(200, "POST", "/v1/responses/batch", line, "Content-Type", "application/x-ndjson"); !strings.Contains(string(a.body), `"status":410`) {
		t.Errorf("a batch: %s", a.body)
	}
	file := filepath.Join(t.TempDir(), "late.csv")
	if err := os.WriteFile(file, []byte("n,score\nlate,4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bring := func(code int) {
		t.Helper()
		out, err := exec.Command(bin, "import", "responses", file, "--survey", survey, "--map", "n=id", "--map", "score=answers.sat", "--data", data).CombinedOutput()
		if got := exitCode(err); got != code || (code == 1) != strings.Contains(string(out), "closed") {
			t.Errorf("an import: exit code %d, want %d: %s", got, code, out)
		}
	}
	bring(1)
	// What was taken before gets its receipt again, and can be read.
	p.want(200, "GET", "/v1/responses?survey="+survey, "")
	// Publishing again opens it: whoever may close it may do that.
	if s := p.want(200, "POST", "/v1/surveys/"+survey+"/publish", "").object(t); s["status"] != "published" || s["version"] != 1.0 {
		t.Errorf("published again: %v", s)
	}
	bring(0)
	p.want(200, "POST", "/v1/surveys/"+survey+"/close", "")
	p.want(410, "POST", "/v1/responses", line)
}

func TestAttack9NoOtherProcessTakesAnswersOnceCloseHasAnswered(t *testing.T) {
	args := mongoArgs(t)
	a, b := startCommand(t, "api", args, nil), startCommand(t, "api", args, nil)
	_, survey := a.survey()
	closes(t, survey, a, a, b)
}

func exitCode(err error) int {
	if e, ok := err.(*exec.ExitError); ok {
		return e.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}
