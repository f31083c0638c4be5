package enginetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

func TestTheWatchTellsWhatACommandLacks(t *testing.T) {
	soon, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	late, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for name, c := range map[string]struct {
		ctx           context.Context
		command, want string
	}{
		"a write as it should be":        {soon, `{"insert":"responses","writeConcern":{"w":"majority","j":true}}`, ""},
		"one server":                     {soon, `{"insert":"responses","writeConcern":{"w":1}}`, "not majority with journal"},
		"one server with journal":        {soon, `{"update":"responses","writeConcern":{"w":1,"j":true}}`, "not majority with journal"},
		"a majority's memory":            {soon, `{"delete":"responses","writeConcern":{"w":"majority"}}`, "not majority with journal"},
		"a journal that is not waited":   {soon, `{"findAndModify":"responses","writeConcern":{"w":"majority","j":false}}`, "not majority with journal"},
		"the server's own concern":       {soon, `{"update":"responses"}`, "not majority with journal"},
		"a read":                         {soon, `{"find":"responses"}`, ""},
		"a read without end":             {context.Background(), `{"find":"responses"}`, "without a deadline"},
		"a read that may take an hour":   {late, `{"aggregate":"responses"}`, "beyond that of an operation"},
		"an index that takes its time":   {context.Background(), `{"createIndexes":"responses"}`, ""},
		"closing a cursor without end":   {context.Background(), `{"killCursors":"responses"}`, "without a deadline"},
		"the next batch within its time": {soon, `{"getMore":{"$numberLong":"7"},"collection":"responses"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(commandFaults(c.ctx, raw(t, c.command), 16*time.Second), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for command, bad := range map[string]bool{
		`{"find":"cells","readConcern":{"level":"majority"}}`:   false,
		`{"find":"cells","readConcern":{"level":"local"}}`:      true,
		`{"aggregate":"cells"}`:                                 true,
		`{"insert":"cells","writeConcern":{"w":"majority"}}`:    false,
		`{"getMore":{"$numberLong":"7"},"collection":"cells"}`:  false,
		`{"count":"cells","readConcern":{"level":"available"}}`: true,
	} {
		if got := concernFault(raw(t, command)); (got != "") != bad {
			t.Errorf("%s: %q", command, got)
		}
	}
}

func raw(t *testing.T, text string) bson.Raw {
	t.Helper()
	var d bson.D
	if err := bson.UnmarshalExtJSON([]byte(text), false, &d); err != nil {
		t.Fatal(err)
	}
	b, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
