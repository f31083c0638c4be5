package importing

import (
	"io"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/question"
)

var asked = []question.Question{{ID: "sat", Type: "csat"}, {ID: "why", Type: "text"}, {ID: "colour", Type: "choice", Other: true, Options: []question.Option{{ID: "red"}}}, {ID: "many", Type: "choices", Options: []question.Option{{ID: "a"}, {ID: "b"}}}}

func columns(t testing.TB, list ...string) (out []Column) {
	t.Helper()
	for _, s := range list {
		c, err := ParseColumn(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func all(t testing.TB, in string, o Options) (rows []Row) {
	t.Helper()
	r, err := Open(strings.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.Next()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func TestRowsBecomeResponsesAndEachStandsAlone(t *testing.T) { // attack 18
	in := "\ufeffid;score;comment;colour;many;at\r\n" +
		"1;4;\"two\nlines; \"\"quoted\"\"\";red;a|b;2018-01-02T03:04:05Z\r" +
		"2;x;;;;\n" +
		"3;5;bad \" quote;;;\n" +
		"4;5;\"closed\"junk;;;\n" +
		"5;5;'=1+1;Teal;;\r\n\r\n" +
		"6;5\n" +
		"7;5;\xff;;;\n" +
		"8;1;" + strings.Repeat("y", maxRow) + ";;;\n" +
		"9;-0.5;;;;2018-01-02 03:04:05\n" +
		"10;2;;;;\n" +
		"11;2;\"never closed"
	o := Options{Survey: "srv_x", Questions: asked, Columns: columns(t, "id=id", "score=answers.sat", "comment=answers.why", "colour=answers.colour", "many=answers.many", "at=occurred_at")}
	want := []struct {
		line      int
		body, err string
	}{
		{2, `{"answers":{"colour":"red","many":["a","b"],"sat":4,"why":"two\nlines; \"quoted\""},"id":"1","occurred_at":"2018-01-02T03:04:05.000Z","survey":"srv_x"}`, ""},
		{4, "", `answers.sat: "x" is not a number`},
		{5, "", "a quote stands where none may stand"},
		{6, "", "a quote stands where none may stand"},
		{7, `{"answers":{"colour":{"other":"Teal"},"sat":5,"why":"=1+1"},"id":"5","survey":"srv_x"}`, ""},
		{9, "", "2 cells where the first row has 6"},
		{10, "", "column 3 is not UTF-8"},
		{11, "", "longer than 256 KiB"},
		{12, "", "a local time needs --timezone"},
		{13, `{"answers":{"sat":2},"id":"10","survey":"srv_x"}`, ""},
		{14, "", "a quote is opened and never closed"},
	}
	got := all(t, in, o)
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if g.Line != w.line || string(g.Body) != w.body || (g.Err == nil) != (w.err == "") || g.Err != nil && !strings.Contains(g.Err.Error(), w.err) {
			t.Errorf("row %d: line %d %s %v, want line %d %s %q", i, g.Line, g.Body, g.Err, w.line, w.body, w.err)
		}
	}
}

func TestFilesThatCannotBeUsedAreRefusedWhole(t *testing.T) { // attacks 17 and 18
	for name, c := range map[string]struct{ in, err string }{
		"empty":           {"", "empty"},
		"utf-16":          {"\xff\xfei\x00d\x00", "UTF-8"},
		"zip":             {"PK\x03\x04....", "XLSX or ZIP"},
		"gzip":            {"\x1f\x8b....", "compressed"},
		"missing column":  {"id,other\n1,2\n", `no column "score"`},
		"doubled column":  {"id,score,score\n1,2,3\n", "2 times"},
		"million columns": {strings.Repeat("c,", 1_000_000) + "\n", "more than 1000 columns"},
	} {
		o := Options{Questions: asked, Columns: columns(t, "score=answers.sat")}
		if _, err := Open(strings.NewReader(c.in), o); err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %.200v", name, err)
		}
	}
	if _, err := Open(strings.NewReader("a,b\n"), Options{Questions: asked, Columns: columns(t, "a=answers.nope", "b=status")}); err == nil || !strings.Contains(err.Error(), "nope") || !strings.Contains(err.Error(), "status") {
		t.Errorf("unknown fields: %v", err)
	}
}

func TestLocalTimesFollowTheirZone(t *testing.T) {
	for _, c := range []struct{ zone, in, want string }{
		{"America/Sao_Paulo", "2018-01-15 12:00:00", "2018-01-15T14:00:00.000Z"},
		{"America/Sao_Paulo", "2018-02-17 23:30:00", "2018-02-18T01:30:00.000Z"}, // twice: the earlier
		{"America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04T03:30:00.000Z"}, // never: an hour on
		{"Europe/Tallinn", "2026-10-25 03:30", "2026-10-25T00:30:00.000Z"},
		{"Europe/Tallinn", "2026-03-29 03:30", "2026-03-29T01:30:00.000Z"},
		{"Australia/Lord_Howe", "2026-10-04 02:10:00", "2026-10-03T15:40:00.000Z"}, // half an hour
		{"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30T22:00:00.000Z"},        // a day that was left out
		{"America/Sao_Paulo", "2018-01-15", "2018-01-15T02:00:00.000Z"},
		{"America/Sao_Paulo", "2018-01-15T12:00:00+01:00", "2018-01-15T11:00:00.000Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := instant(c.in, zone)
		if err != nil || got.String() != c.want {
			t.Errorf("%s in %s is %s (%v), want %s", c.in, c.zone, got, err, c.want)
		}
	}
}

func TestWhatAZoneShowsReadsBackAsTheFirstTimeItShowedIt(t *testing.T) {
	for _, name := range []string{"America/Sao_Paulo", "Europe/Tallinn", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(2016, 1, 1, 0, 15, 0, 0, time.UTC); at.Year() < 2020; at = at.Add(30 * time.Minute) {
			wall, err := time.Parse(time.DateTime, at.In(zone).Format(time.DateTime))
			if err != nil {
				t.Fatal(err)
			}
			got := inZone(wall, zone)
			if got.In(zone).Format(time.DateTime) != wall.Format(time.DateTime) || got.After(at) {
				t.Fatalf("%s: %s reads as %s", name, at, got)
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("id,score\n1,4\n\"2\",\"5\n\"\n")
	f.Add("id;score\r1;4\r\n\"\"\"\";5")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := Open(strings.NewReader(in), Options{Survey: "srv_x", Questions: asked, Columns: columns(t, "id=id", "score=answers.sat")})
		if err != nil {
			return
		}
		last := 0
		for {
			row, err := r.Next()
			if err != nil {
				break
			}
			if row.Line <= last {
				t.Fatalf("line %d after line %d", row.Line, last)
			}
			last = row.Line
			if (row.Body == nil) == (row.Err == nil) {
				t.Fatalf("a row is neither taken nor refused: %+v", row)
			}
		}
	})
}

func TestOneNULIsTheFaultOfItsRow(t *testing.T) { // attack 19
	o := Options{Survey: "srv_x", Questions: asked, Columns: columns(t, "id=id", "score=answers.sat", "comment=answers.why")}
	rows := all(t, "id,score,comment\n1,4,a\x00b\n2,5,ok\n", o)
	// The row goes the way of every answer, which refuses it.
	if len(rows) != 2 || rows[1].Err != nil {
		t.Fatalf("%+v", rows)
	}
	if _, err := responses.ParseSubmission(rows[0].Body); !fault.Is(err, fault.Invalid) {
		t.Errorf("%s: %v", rows[0].Body, err)
	}
	for _, utf16 := range []string{"i\x00d\x00,\x00s\x00\n\x00", "\x00i\x00d\x00,\x00s\x00\n"} {
		if _, err := Open(strings.NewReader(utf16), o); err == nil || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: %v", utf16, err)
		}
	}
}

func TestAFilesColumnNamesDoNotReachTheTerminalRaw(t *testing.T) { // attack 53
	o := Options{Survey: "srv_x", Questions: asked, Columns: columns(t, "id=id")}
	_, err := Open(strings.NewReader("\x1b]0;forged\x07,\x1b[2J\n1,2\n"), o)
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\x07") {
		t.Errorf("%q", err)
	}
}

func TestOurOwnIDsInAnExportAreNotTheSenders(t *testing.T) {
	for _, c := range []struct{ name, head, mapped, id, want string }{
		{"an export", "id,sender_id,sat", "id=id", "rsp_x", "map sender_id=id"},
		{"another's id beside it", "id,sender_id,sat", "id=id", "order-1", ""},
		{"an export as it is meant", "sender_id,id,sat", "sender_id=id", "rsp_x", ""},
		{"a file of another product", "id,name,sat", "id=id", "rsp_x", ""},
	} {
		rows := all(t, c.head+"\n"+c.id+",b,4\n", Options{Survey: "srv_x", Questions: asked, Columns: columns(t, c.mapped, "sat=answers.sat")})
		if err := rows[0].Err; (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	rows := all(t, "id,sat\nx\n", Options{Survey: "srv_x", Questions: asked, Columns: columns(t, "sat=answers.sat")})
	if err := rows[0].Err; err == nil || err.Error() != "1 cell where the first row has 2" {
		t.Errorf("a short row: %v", err)
	}
}
