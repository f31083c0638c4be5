package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"waymark/responses"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
)

// insertV1 is how schema version 1 stored a response.
const insertV1 = `INSERT INTO responses (ws, id, rev, seq, survey, version, status, occurred_at, received_at, answers, properties, respondent, more, marks, marked_at)
	VALUES ('w', ?, 1, 1, 'srv_a', 1, ?, ?, 5, ?, ?, '', x'7b7d', NULL, NULL)`

func TestResponsesOfSchemaVersion1GiveTheirFactsAfterMigrating(t *testing.T) {
	ctx := context.Background()
	db := enginetest.SQLite(t, Steps[:1])
	var want []string
	err := db.Write(ctx, func(tx *engine.Tx) error {
		want = nil
		for i, status := range []string{"counted", "suspect", "partial", "counted", "screened", "counted"} {
			answers := fmt.Sprintf(`{"sat":%d,"why":%q}`, i, strings.Repeat("x", 80*i))
			var properties []byte
			if i != 3 {
				properties = fmt.Appendf(nil, `{"state":%q}`, strings.Repeat("s", 80*i))
			}
			if _, err := tx.Exec(insertV1, fmt.Sprint("rsp_", i), status, 100-i, []byte(answers), properties); err != nil {
				return err
			}
			if status == "counted" || status == "suspect" {
				want = append([]string{fmt.Sprintln("rsp_"+fmt.Sprint(i), status, 100-i, answers, string(properties))}, want...)
			}
		}
		_, err := tx.Exec("INSERT INTO responses (ws, id, rev, seq, survey, version, status, occurred_at, received_at, respondent) VALUES ('w', 'rsp_9', 2, 0, 'srv_a', 0, 'erased', 0, 0, '')")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Migrate(ctx, Steps); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err = New(db).Facts(ctx, "w", "srv_a", responses.Key{}, responses.Key{At: 1000}, 0, func(f *responses.Fact) error {
		properties := ""
		if f.Properties != nil {
			properties = fmt.Sprintf(`{"state":%q}`, f.Properties["state"])
		}
		got = append(got, fmt.Sprintln(f.ID, f.Status, f.OccurredAt.Milli(), string(f.Answers), properties))
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q, %v\nwant %q", got, err, want)
	}
}
