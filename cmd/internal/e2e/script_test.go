package e2e

import (
	"context"
	"encoding/json"
	"testing"
)

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// inBrowser runs the body of a function behind a script and gives what it returns.
func inBrowser(t *testing.T, ctx context.Context, script, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(see(t, ctx, "JSON.stringify((() => {"+script+body+"})())")), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
