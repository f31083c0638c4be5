package e2e

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// realAnswer is one line of the real answers: 1 to 5 after a delivery.
type realAnswer struct {
	id, state, delivery string
	score               int
	at                  time.Time
}

// realFile finds the file that lies beside the repository and is no part of it.
func realFile(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "shared", "data", "olist", "answers.csv")
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Skip("NOT RUN: the real answers are not beside the repository")
	return ""
}

// realAnswers reads such a file by a way of its own.
func realAnswers(t *testing.T, file string) []realAnswer {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	var out []realAnswer
	for _, r := range rows[1:] {
		score, err := strconv.Atoi(r[at["score"]])
		if err != nil {
			t.Fatal(err)
		}
		when, err := time.ParseInLocation(time.DateTime, r[at["answered_at"]], zone)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, realAnswer{r[at["answer"]], r[at["state"]], r[at["delivery"]], score, when.UTC()})
	}
	return out
}

// realMap makes the map and the survey of the real answers.
func realMap(t *testing.T, p *program) (m, s string) {
	t.Helper()
	m = p.want(201, "POST", "/v1/maps", `{"title":"Olist","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"].(string)
	s = p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery","title":"Delivery","segments":["state","delivery"],
		"questions":[{"id":"sat","type":"csat","title":"How satisfied are you?","required":true},{"id":"why","type":"long_text","title":"Why?"}]}`, m)).object(t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+s+"/publish", "")
	return m, s
}

// The real answers come in over the batch and by the import command, into a
// store and over HTTP; every month, every state and every kind of delivery is
// compared with a computation that shares no code with the product.
func TestRealAnswersOverHTTPGiveTheScoresOfAnIndependentComputation(t *testing.T) {
	all := realAnswers(t, realFile(t))
	if len(all) != 5847 {
		t.Fatalf("%d answers were read", len(all))
	}
	args := []string{"--data", t.TempDir()}
	p := startWith(t, args, nil)
	m, s := realMap(t, p)
	var b strings.Builder
	for _, a := range all {
		line, err := json.Marshal(map[string]any{"survey": s, "id": a.id, "answers": map[string]int{"sat": a.score}, "occurred_at": a.at,
			"properties": map[string]string{"state": a.state, "delivery": a.delivery}})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	for repeat := range 2 { // the second changes nothing
		res := p.want(200, "POST", "/v1/responses/batch", b.String(), "Content-Type", "application/x-ndjson")
		if want := fmt.Sprintf(`"status":%d`, 201-repeat); strings.Count(string(res.body), want) != len(all) {
			t.Fatalf("not every line answered %s", want)
		}
	}
	p.waitRolledUp()
	p.verify(args...)
	agree(t, p, m, all, true)
}

// realOnMongoDB is how many lines go through FerretDB, which looks through all
// documents with nearly every query.
const realOnMongoDB = 1500

// The same by the import command into a store on MongoDB's wire protocol.
func TestRealAnswersOnMongoDBGiveTheScoresOfAnIndependentComputation(t *testing.T) {
	file := realFile(t)
	all := realAnswers(t, file)[:realOnMongoDB]
	args := mongoArgs(t)
	p := startWith(t, args, nil)
	m, s := realMap(t, p)
	p.stop() // the importer alone rolls up, once
	part := firstLines(t, file, realOnMongoDB)
	began := time.Now()
	lap := func(what string) { t.Helper(); t.Logf("%s after %v", what, time.Since(began)) }
	known := fmt.Sprintf("%d rows: 0 taken, %[1]d known already, 0 refused", realOnMongoDB)
	want := fmt.Sprintf("%d rows: %[1]d taken, 0 known already, 0 refused", realOnMongoDB)
	for try, complete := 1, 0; complete < 2; try, want = try+1, known {
		out, code := importing(t, part, s, storeArgs(args)...)
		if code == 0 && strings.Contains(out, want) {
			complete++
			lap(want)
			continue
		}
		// A scan may meet its deadline on a machine that does other things: what
		// is stored stays marked, and the next try goes on with it.
		busy := code == 1 && strings.Contains(out, "rolling up: ") && strings.Contains(out, "store-down")
		if !busy || try == 6 {
			t.Fatalf("exit code %d, want 0 with %q: %.2000s", code, want, out)
		}
		lap("not rolled up in time")
	}
	p = startWith(t, args, nil)
	p.waitRolledUp()
	p.verify(args...)
	lap("verified")
	if n := p.want(200, "GET", "/v1/responses/export.ndjson?survey="+s, ""); strings.Count(string(n.body), "\n") != realOnMongoDB {
		t.Fatalf("%d lines are stored", strings.Count(string(n.body), "\n"))
	}
	agree(t, p, m, all, false)
	lap("compared")
}

// firstLines writes the first n rows of a CSV to a file of its own.
func firstLines(t *testing.T, file string, n int) string {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	part := filepath.Join(t.TempDir(), "part.csv")
	out, err := os.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	r, w := csv.NewReader(in), csv.NewWriter(out)
	for range n + 1 {
		row, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	return part
}

// importing runs the import command and gives what it says and its exit code.
func importing(t *testing.T, file, survey string, more ...string) (string, int) {
	t.Helper()
	args := append([]string{"import", "responses", file, "--survey", survey, "--map", "answer=id", "--map", "customer=respondent", "--map", "score=answers.sat", "--map", "comment=answers.why",
		"--map", "state=properties.state", "--map", "delivery=properties.delivery", "--map", "answered_at=occurred_at", "--timezone", "America/Sao_Paulo"}, more...)
	cmd := exec.Command(bin, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestImportTakesTheRealFileAsItIs(t *testing.T) {
	file := realFile(t)
	all := realAnswers(t, file)
	args := []string{"--data", t.TempDir()}
	p := startWith(t, args, nil)
	m, s := realMap(t, p)
	step := func(want string, code int, more ...string) {
		t.Helper()
		if out, got := importing(t, file, s, more...); got != code || !strings.Contains(out, want) {
			t.Fatalf("import %v: exit code %d, %.2000s; want %d, %s", more, got, out, code, want)
		}
	}
	step("5847 rows: 5847 would be taken or are known already, 0 refused; nothing was stored", 0, append(args, "--dry-run")...)
	if a := p.want(200, "GET", "/v1/responses?survey="+s, ""); !strings.Contains(string(a.body), `"data":[]`) {
		t.Fatalf("a dry run stored something: %.300s", a.body)
	}
	step("5847 rows: 5847 taken, 0 known already, 0 refused", 0, args...)
	step("5847 rows: 0 taken, 5847 known already, 0 refused", 0, args...)
	step("5847 rows: 0 taken, 5847 known already, 0 refused", 0, "--server", p.base, "--key", p.key)
	p.verify(args...)
	agree(t, p, m, all, true)

	_, other := realMap(t, p)
	if out, code := importing(t, file, other, "--server", p.base, "--key", p.key); code != 0 || !strings.Contains(out, "5847 taken") {
		t.Fatalf("over HTTP: exit code %d, %.2000s", code, out)
	}
	// What comes out goes in again.
	out, err := exec.Command(bin, append([]string{"export", "responses", "--survey", s}, args...)...).Output()
	if err != nil || strings.Count(string(out), "\"state\"\"")+strings.Count(string(out), `""state""`) < 5847 {
		t.Fatalf("export: %v, %.300s", err, out)
	}
	again := filepath.Join(t.TempDir(), "again.csv")
	if err := os.WriteFile(again, out, 0o600); err != nil {
		t.Fatal(err)
	}
	m3, third := realMap(t, p)
	cmd := exec.Command(bin, append([]string{"import", "responses", again, "--survey", third, "--map", "sender_id=id", "--map", "answers.sat=answers.sat", "--map", "answers.why=answers.why",
		"--map", "properties=properties", "--map", "occurred_at=occurred_at", "--map", "respondent=respondent"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "5847 taken") {
		t.Fatalf("importing an export: %v %.2000s", err, out)
	}
	agree(t, p, m3, all, false)
}

func TestImportSaysWhatItRefusesAndExitsAccordingly(t *testing.T) {
	args := []string{"--data", t.TempDir()}
	p := startWith(t, args, nil)
	_, s := realMap(t, p)
	file := filepath.Join(t.TempDir(), "x.csv")
	head := "answer,customer,score,comment,state,delivery,answered_at\n"
	if err := os.WriteFile(file, []byte(head+"a,c,4,,SP,late,2018-01-02 03:04:05\nb,c,9,,SP,late,2018-01-02 03:04:05\nc,c,4,\"two\nlines\",SP,late,soon\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, to := range [][]string{args, {"--server", p.base, "--key", p.key}} {
		out, code := importing(t, file, s, to...)
		if code != 1 || !strings.Contains(out, "line 3: answers.sat: ") || !strings.Contains(out, "line 4: occurred_at: ") || !strings.Contains(out, ", 2 refused") {
			t.Errorf("%v: exit code %d: %s", to, code, out)
		}
	}
	if err := os.WriteFile(file, []byte("other\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := importing(t, file, s, args...); code != 2 || !strings.Contains(out, "no column") {
		t.Errorf("a file without the columns: exit code %d: %s", code, out)
	}
}

// agree compares windows and segments of the map's first stage; whole adds odd
// windows.
func agree(t *testing.T, p *program, m string, all []realAnswer, whole bool) {
	t.Helper()
	agreeAt(t, p, m, 0, all, whole)
}

// agreeAt does so for one stage, of which all are the answers.
func agreeAt(t *testing.T, p *program, m string, stage int, all []realAnswer, whole bool) {
	t.Helper()
	first, last := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
	compared, hidden := 0, 0
	check := func(name string, from, to time.Time, keep func(realAnswer) bool, segment, property string) {
		t.Helper()
		n, top, counts := 0, 0, map[int]int{}
		values := map[string]int{} // answers of the window by the segment's property
		for _, a := range all {
			if a.at.Before(from) || !a.at.Before(to) {
				continue
			}
			switch property {
			case "state":
				values[a.state]++
			case "delivery":
				values[a.delivery]++
			}
			if !keep(a) {
				continue
			}
			n++
			counts[a.score]++
			if a.score >= 4 {
				top++
			}
		}
		q := url.Values{"from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}}
		if segment != "" {
			q.Set("segment", segment)
		}
		var got struct {
			Stages []struct {
				Satisfaction *struct {
					Value, Low, High *float64
					N                *int
					Distribution     map[string]int
					State            string
				}
			}
		}
		a := p.want(200, "GET", "/v1/maps/"+m+"/scores?"+q.Encode(), "")
		if err := json.Unmarshal(a.body, &got); err != nil {
			t.Fatal(err)
		}
		sat := got.Stages[stage].Satisfaction
		compared++
		if hide := hiddenValue(segment, values); hide || (segment == "" && n >= 1 && n <= 4) {
			hidden++
			if sat == nil || sat.State != "hidden" || sat.N != nil || sat.Value != nil || sat.Distribution != nil {
				t.Errorf("%s: n = %d is not hidden: %s", name, n, a.body)
			}
			return
		}
		if n == 0 {
			if sat != nil && (sat.State != "empty" || sat.Value != nil) {
				t.Errorf("%s: not empty: %s", name, a.body)
			}
			return
		}
		z := 1.959963984540054
		ph, fn := float64(top)/float64(n), float64(n)
		mid, half := ph+z*z/(2*fn), z*math.Sqrt(ph*(1-ph)/fn+z*z/(4*fn*fn))
		low, high := 100*(mid-half)/(1+z*z/fn), 100*(mid+half)/(1+z*z/fn)
		if sat == nil || sat.N == nil || *sat.N != n || math.Abs(*sat.Value-100*ph) > 1e-9 || math.Abs(*sat.Low-low) > 1e-9 || math.Abs(*sat.High-high) > 1e-9 {
			t.Errorf("%s: want n %d value %v low %v high %v: %s", name, n, 100*ph, low, high, a.body)
			return
		}
		for v := 1; v <= 5; v++ {
			if sat.Distribution[strconv.Itoa(v)] != counts[v] {
				t.Errorf("%s: distribution %v, want %v", name, sat.Distribution, counts)
			}
		}
	}
	every := func(realAnswer) bool { return true }
	check("all", first, last, every, "", "")
	states := map[string]bool{}
	for _, a := range all {
		states[a.state] = true
	}
	for state := range states {
		check("state "+state, first, last, func(a realAnswer) bool { return a.state == state }, "state:"+state, "state")
	}
	for _, d := range realDeliveries {
		check("delivery "+d, first, last, func(a realAnswer) bool { return a.delivery == d }, "delivery:"+d, "delivery")
	}
	for month := first; month.Before(last); month = month.AddDate(0, 1, 0) {
		end := month.AddDate(0, 1, 0)
		check(month.Format("2006-01"), month, end, every, "", "")
		if !whole {
			continue
		}
		check(month.Format("2006-01")+" SP", month, end, func(a realAnswer) bool { return a.state == "SP" }, "state:SP", "state")
		check(month.Format("2006-01")+" odd window", month.Add(37*time.Hour+123*time.Second), end.Add(-11*time.Hour), every, "", "")
	}
	if hidden == 0 {
		t.Error("no small group was met: the floors were not tried")
	}
	t.Logf("%d windows and segments compared, %d of them hidden", compared, hidden)
}

// hiddenValue says by api.md's words whether the filter's value is hidden.
func hiddenValue(segment string, values map[string]int) bool {
	if segment == "" {
		return false
	}
	_, value, _ := strings.Cut(segment, ":")
	total, small := 0, 0
	for _, n := range values {
		total += n
	}
	hides := func(n int) bool { return n >= 1 && n <= 4 || total-n >= 1 && total-n <= 4 }
	smallest := ""
	for v, n := range values {
		if hides(n) {
			small += n
		} else if n > 0 && (smallest == "" || n < values[smallest] || n == values[smallest] && v < smallest) {
			smallest = v
		}
	}
	n := values[value]
	return hides(n) || n > 0 && small >= 1 && small <= 4 && value == smallest
}
