package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"waymark/cmd/internal/app"
	"waymark/responses"
)

// export streams responses out of the store of the configuration.
func export(ctx context.Context, e env, args []string) error {
	if len(args) > 0 && args[0] == "responses" {
		args = args[1:]
	} else if len(args) == 0 || !strings.HasPrefix(args[0], "-") {
		return fmt.Errorf("say what to export: waymark export responses --survey ID: %w", errUsage)
	}
	fs := flags(e, "export", "waymark export responses --survey srv_… --format csv > answers.csv", storeSettings)
	survey := fs.String("survey", "", "`id` of the survey")
	format := fs.String("format", "csv", "`csv|ndjson`, a table for spreadsheets or one JSON object a line")
	output := fs.String("output", "", "`file` to write, which must not exist; standard output without it")
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	var faults []error
	if *survey == "" {
		faults = append(faults, errors.New("--survey is missing"))
	}
	if *format != string(responses.CSV) && *format != string(responses.NDJSON) {
		faults = append(faults, fmt.Errorf("--format must be csv or ndjson, not %q", *format))
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w\n%w", errors.Join(faults...), errUsage)
	}
	a, err := app.Open(ctx, c, e.log, app.Existing)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	ws, _, err := ofSurvey(ctx, a, *survey)
	if err != nil {
		return err
	}
	questions, err := a.Surveys.QuestionIDs(ctx, ws, *survey)
	if err != nil {
		return err
	}
	out := e.stdout
	var file *os.File
	if *output != "" {
		if file, err = os.OpenFile(*output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return fmt.Errorf("making the file: %w", err)
		}
		out = file
	}
	w := bufio.NewWriterSize(out, 64<<10)
	err = errors.Join(responses.Export(ctx, a.Responses.Store, ws, responses.Filter{Survey: *survey}, responses.Format(*format), questions, io.Writer(w)), w.Flush())
	if file != nil {
		err = errors.Join(err, file.Close())
	}
	return err
}
