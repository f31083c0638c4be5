package responses_test

import (
	"errors"
	"testing"

	"waymark/responses"
	"waymark/surveys/fault"
)

func TestAPropertyThatIsNullIsRefusedByItsName(t *testing.T) {
	_, err := responses.ParseSubmission([]byte(`{"survey": "srv_x", "answers": {}, "properties": {"a/b": null, "empty": "", "c": "x"}}`))
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Malformed || len(f.Fields) != 1 || f.Fields[0].Pointer != "#/properties/a~1b" {
		t.Fatalf("null is answered with %v", err)
	}
	if _, err := responses.ParseSubmission([]byte(`{"survey": "srv_x", "answers": {}, "properties": {"empty": "", "c": "x"}}`)); err != nil {
		t.Fatalf("an empty text is answered with %v", err)
	}
}
