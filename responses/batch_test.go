package responses_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"waymark/responses"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

func problem(err error) (int, any) {
	status := map[fault.Kind]int{fault.Malformed: 400, fault.NotFound: 404, fault.Conflict: 409, fault.Gone: 410, fault.TooLarge: 413, fault.Invalid: 422, fault.Unavailable: 503}[fault.KindOf(err)]
	return status, map[string]string{"detail": err.Error()}
}

type row struct {
	Line, Status int
	ID           string
	Problem      map[string]string
}

func runBatch(t testing.TB, d *desk, in io.Reader) (rows []row, err error) {
	t.Helper()
	var out bytes.Buffer
	err = d.RunBatch(context.Background(), "w", in, &out, responses.Via{Channel: "api"}, problem)
	for l := range bytes.Lines(out.Bytes()) {
		var r row
		if err := json.Unmarshal(l, &r); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		rows = append(rows, r)
	}
	return rows, err
}

func TestLinesOfABatchStandAlone(t *testing.T) {
	d := newDesk(t)
	ok := func(id string) string { return body(`,"id":"` + id + `","answers":{"sat":4}`) }
	exact := ok("exact")
	exact += strings.Repeat(" ", 256<<10-len(exact)) // white space counts
	in := strings.Join([]string{
		ok("a"), "", ok("b") + "\r", "not json", ok("a"), body(`,"id":"a","answers":{"sat":5}`), "  ",
		strings.Repeat("x", 256<<10+1), exact, body(`,"answers":{"sat":9}`),
		`{"survey":"` + ident.Derive("srv", "foreign") + `","answers":{"sat":4}}`, strings.Repeat("\r", 300<<10), ok("c")}, "\n") + "\n" + ok("unfinished")
	rows, err := runBatch(t, d, strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprint(r.Line, ":", r.Status))
	}
	// Lines 2 and 7 are blank; line 12 is white space too, but over the limit.
	if w := "1:201 3:201 4:400 5:200 6:409 8:413 9:201 10:422 11:404 13:201"; strings.Join(got, " ") != w && strings.Join(got, " ") != strings.Replace(w, " 13", " 12:413 13", 1) {
		t.Fatalf("got %v\nwant %s", got, w)
	}
	if rows[0].ID == "" || rows[0].ID != rows[3].ID {
		t.Fatalf("the repeat has another id: %+v %+v", rows[0], rows[3])
	}
	if n, err := d.Store.Count(context.Background(), "w", surveyID); err != nil || n != 4 {
		t.Fatalf("%d stored, %v; the unfinished last line must not be", n, err)
	}
}

func TestABatchAnswersEachLineWhileTheNextIsNotYetSent(t *testing.T) {
	d := newDesk(t)
	in, send := io.Pipe()
	read, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- d.RunBatch(context.Background(), "w", in, out, responses.Via{Channel: "api"}, problem)
		_ = out.Close()
	}()
	results := bufio.NewReader(read)
	for i := range 3 {
		if i == 2 {
			d.board.set(surveys.Closed, 1)
		}
		fmt.Fprintln(send, body(fmt.Sprintf(`,"id":"o-%d","answers":{"sat":4}`, i)))
		l, err := results.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		var r row
		if err := json.Unmarshal(l, &r); err != nil {
			t.Fatal(err)
		}
		want := []int{201, 201, 410}[i] // a batch sees a close that was answered before the line came (attack 9)
		if r.Line != i+1 || r.Status != want {
			t.Fatalf("%+v, want status %d", r, want)
		}
		if _, err := d.Store.Get(context.Background(), "w", responses.IDOf("w", surveyID, fmt.Sprint("o-", i))); (err == nil) != (want == 201) {
			t.Fatalf("line %d was answered %d, and the store says %v", i+1, want, err)
		}
	}
	_ = send.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

type failing struct{ after io.Reader }

var errBroken = errors.New("broken pipe")

func (f failing) Read(b []byte) (int, error) {
	n, err := f.after.Read(b)
	if err == io.EOF {
		err = errBroken
	}
	return n, err
}

func TestWhatWasReadBeforeTheBodyBrokeHasItsResult(t *testing.T) {
	d := newDesk(t)
	rows, err := runBatch(t, d, failing{strings.NewReader(body(`,"answers":{"sat":4}`) + "\n" + body(`,"answers":{"sat":4}`))})
	if !errors.Is(err, errBroken) || len(rows) != 1 || rows[0].Status != 201 {
		t.Fatalf("%+v %v", rows, err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestABatchWhoseResultsCannotBeWrittenEnds(t *testing.T) {
	d := newDesk(t)
	done := make(chan error, 1)
	go func() {
		done <- d.RunBatch(context.Background(), "w", strings.NewReader(strings.Repeat(body(`,"answers":{"sat":4}`)+"\n", 5000)), brokenWriter{}, responses.Via{}, problem)
	}()
	select {
	case err := <-done:
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it hangs")
	}
}

func TestABatchSharesCommits(t *testing.T) {
	d := newDesk(t)
	const n = 5000
	var in bytes.Buffer
	for i := range n {
		fmt.Fprintln(&in, body(fmt.Sprintf(`,"id":"o-%d","answers":{"sat":4}`, i)))
	}
	rows, err := runBatch(t, d, &in)
	if err != nil || len(rows) != n {
		t.Fatal(len(rows), err)
	}
	for i, r := range rows {
		if r.Line != i+1 || r.Status != 201 {
			t.Fatalf("%+v", r)
		}
	}
	if c := d.changed.Load(); c > n/5 {
		t.Fatalf("%d groups for %d lines", c, n)
	}
}

// FuzzBatch holds the line reader to what a plain split says.
func FuzzBatch(f *testing.F) {
	f.Add([]byte("{}\n\n[1]\r\nx\ny"))
	f.Add([]byte("\n \n\t\r\n\"\n"))
	d := newDesk(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, err := runBatch(t, d, bytes.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(in, []byte("\n"))
		i := 0
		for n, l := range lines[:len(lines)-1] {
			if len(bytes.TrimSpace(l)) == 0 {
				continue
			}
			if i >= len(rows) || rows[i].Line != n+1 || rows[i].Status == 0 {
				t.Fatalf("line %d of %q: results %+v", n+1, in, rows)
			}
			i++
		}
		if i != len(rows) {
			t.Fatalf("%d results for %d lines", len(rows), i)
		}
	})
}

func BenchmarkBatch(b *testing.B) {
	d := newDesk(b)
	var in bytes.Buffer
	for range b.N {
		fmt.Fprintln(&in, body(`,"answers":{"sat":4,"feel":-1,"why":"Two days late"},"properties":{"state":"SP"}`))
	}
	b.ResetTimer()
	if err := d.RunBatch(context.Background(), "w", &in, io.Discard, responses.Via{}, problem); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
