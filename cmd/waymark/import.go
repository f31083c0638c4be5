package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the machine may have no zones

	"github.com/go-json-experiment/json"

	"waymark/cmd/internal/app"
	"waymark/responses"
	"waymark/responses/importing"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/question"
)

// errUnusable marks a file of which nothing was taken: exit code 2.
var errUnusable = errors.New("nothing was stored")

// sink takes the rows of an import.
type sink interface {
	// take handles rows and reports each refused one.
	take(ctx context.Context, rows []importing.Row) (created, known int, err error)
	// settled is the last line before which no row is undecided.
	settled() int
	// end waits for what is under way.
	end(ctx context.Context) (created, known int, err error)
}

// importJob is what the flags of an import say.
type importJob struct {
	file, survey, zone, delimiter, server, key string
	columns                                    []importing.Column
	dry                                        bool
	refused                                    refusals
}

const importExample = `waymark import responses answers.csv --survey srv_… --map answer=id --map score=answers.sat --map comment=answers.why
      --map state=properties.state --map answered_at=occurred_at --timezone America/Sao_Paulo`

func importCommand(ctx context.Context, e env, args []string) error {
	var j importJob
	if len(args) > 0 && args[0] == "responses" {
		args = args[1:]
	} else if len(args) == 0 || !strings.HasPrefix(args[0], "-") {
		return fmt.Errorf("say what to import: waymark import responses FILE: %w", errUsage)
	}
	if len(args) > 0 && (args[0] == "-" || !strings.HasPrefix(args[0], "-")) {
		j.file, args = args[0], args[1:]
	}
	fs := flags(e, "import", importExample, append(storeSettings[:2:2], "WAYMARK_TEST_CLOCK"))
	fs.StringVar(&j.survey, "survey", "", "`id` of the published survey that the answers are to")
	fs.StringVar(&j.zone, "timezone", "", "`zone` of times without an offset, like America/Sao_Paulo")
	fs.StringVar(&j.delimiter, "delimiter", "", "`character` between cells; found out by itself")
	fs.BoolVar(&j.dry, "dry-run", false, "check every row and store nothing")
	fs.StringVar(&j.server, "server", "", "`URL` of a running server; without it the store of the configuration is used")
	fs.StringVar(&j.key, "key", "", "`key` for --server, of scope responses and read (admin, surveys)")
	fs.Func("map", "`column=field`, repeatable; fields are id, respondent, occurred_at, answers.{question}, properties.{name}, properties", func(s string) error {
		c, err := importing.ParseColumn(s)
		j.columns = append(j.columns, c)
		return err
	})
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	if j.file == "" {
		j.file = fs.Arg(0)
	}
	options, in, err := j.check()
	if err != nil {
		return fmt.Errorf("%w\n%w", err, errUsage)
	}
	defer func() { _ = in.Close() }()
	var to sink
	if j.server != "" {
		options.Questions, err = remoteQuestions(ctx, j.server, j.key, j.survey)
		if err != nil {
			return fmt.Errorf("%w: %w", err, errUnusable)
		}
		if to, err = newRemote(ctx, &j); err != nil {
			return err
		}
	} else {
		a, err := app.Open(ctx, c, e.log, app.Existing)
		if err != nil {
			return err
		}
		defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
		s := &local{app: a, job: &j}
		if s.ws, options.Questions, err = ofSurvey(ctx, a, j.survey); err != nil {
			return fmt.Errorf("%w: %w", err, errUnusable)
		}
		to = s
	}
	return j.run(ctx, e, in, options, to)
}

// check finds what is wrong with the flags, all at once.
func (j *importJob) check() (o importing.Options, in *os.File, err error) {
	var faults []error
	o = importing.Options{Survey: j.survey, Columns: j.columns}
	if j.survey == "" {
		faults = append(faults, errors.New("--survey is missing"))
	}
	if len(j.columns) == 0 {
		faults = append(faults, errors.New("--map is missing: say which column is which field"))
	}
	if j.zone != "" {
		if o.Zone, err = time.LoadLocation(j.zone); err != nil || j.zone == "Local" {
			faults = append(faults, fmt.Errorf("--timezone: there is no zone %q", j.zone))
		}
	}
	switch {
	case len(j.delimiter) == 1 && !strings.ContainsAny(j.delimiter, "\"\r\n"):
		o.Delimiter = j.delimiter[0]
	case j.delimiter != "":
		faults = append(faults, errors.New("--delimiter must be one character"))
	}
	if u, err := url.Parse(j.server); j.server != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		faults = append(faults, errors.New("--server: write it as http://host:port"))
	}
	if (j.server == "") != (j.key == "") {
		faults = append(faults, errors.New("--server and --key go together"))
	}
	if j.server != "" && j.dry {
		faults = append(faults, errors.New("--dry-run checks against a store; leave --server out"))
	}
	switch j.file {
	case "":
		faults = append(faults, errors.New("the file is missing; - reads standard input"))
	case "-":
		in = os.Stdin
	default:
		if in, err = os.Open(j.file); err != nil {
			faults = append(faults, fmt.Errorf("the file cannot be opened: %w", err))
		}
	}
	return o, in, errors.Join(faults...)
}

const importGroup = 500

func (j *importJob) run(ctx context.Context, e env, in *os.File, o importing.Options, to sink) error {
	r, err := importing.Open(in, o)
	if err != nil {
		return fmt.Errorf("the file cannot be used: %w\n%w", err, errUnusable)
	}
	var size int64
	if st, err := in.Stat(); err == nil {
		size = st.Size()
	}
	bar := newProgress(e, size)
	rows, created, known, waiting := 0, 0, 0, 0
	j.refused.tell = func(line int, why string) { bar.clear(); fmt.Fprintf(e.stderr, "line %d: %s\n", line, why) }
	defer j.refused.settle(math.MaxInt)
	var group []importing.Row
	flush := func() error {
		c, k, err := to.take(ctx, group)
		created, known, group, waiting = created+c, known+k, group[:0], 0
		if err == nil {
			j.refused.settle(to.settled())
		}
		bar.show(rows, r.Read())
		return err
	}
	for {
		row, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		rows++
		if row.Err != nil {
			j.refused.add(row.Line, row.Err.Error())
		} else {
			group = append(group, row)
		}
		if waiting++; waiting == importGroup {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	c, k, err := to.end(ctx)
	bar.clear()
	if err != nil {
		return err
	}
	j.refused.settle(math.MaxInt)
	created, known = created+c, known+k
	refused := j.refused.count
	if j.dry {
		fmt.Fprintf(e.stdout, "%s: %d would be taken or are known already, %d refused; nothing was stored\n", number(rows, "row", "rows"), created, refused)
	} else {
		fmt.Fprintf(e.stdout, "%s: %d taken, %d known already, %d refused\n", number(rows, "row", "rows"), created, known, refused)
	}
	if refused > 0 {
		return errors.New(number(refused, "row was", "rows were") + " refused")
	}
	return nil
}

// local puts rows into the store of the configuration.
type local struct {
	app *app.App
	job *importJob
	ws  ident.Workspace
}

func (l *local) take(ctx context.Context, rows []importing.Row) (created, known int, err error) {
	subs := make([]*responses.Submission, 0, len(rows))
	lines := make([]int, 0, len(rows))
	for _, row := range rows {
		sub, err := responses.ParseSubmission(row.Body)
		if err != nil {
			l.job.refused.add(row.Line, reason(err))
			continue
		}
		subs, lines = append(subs, sub), append(lines, row.Line)
	}
	if l.job.dry {
		faults, err := l.app.Responses.CheckMany(ctx, l.ws, subs)
		for i, f := range faults {
			if f != nil {
				l.job.refused.add(lines[i], reason(f))
			} else {
				created++
			}
		}
		return created, 0, err
	}
	taken, err := l.app.Responses.TakeMany(ctx, l.ws, subs, func(int) string { return ident.New("rsp") }, responses.Via{Channel: "import"})
	if err != nil {
		return 0, 0, fmt.Errorf("storing answers: %w", err)
	}
	for i, t := range taken {
		switch {
		case t.Err != nil:
			l.job.refused.add(lines[i], reason(t.Err))
		case t.Created:
			created++
		default:
			known++
		}
	}
	return created, known, nil
}

// settled: each row is decided when take returns.
func (l *local) settled() int { return math.MaxInt }

// end rolls up, so that the scores are there when the command is done.
func (l *local) end(ctx context.Context) (int, int, error) {
	if l.job.dry {
		return 0, 0, nil
	}
	if _, err := l.app.Roller.RollUp(ctx, l.ws, l.job.survey); err != nil {
		return 0, 0, fmt.Errorf("rolling up: %w", err)
	}
	return 0, 0, nil
}

// reason says why a row was refused, as a person needs it.
func reason(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	if len(f.Fields) == 0 {
		return f.Detail
	}
	parts := make([]string, len(f.Fields))
	for i, x := range f.Fields {
		parts[i] = strings.ReplaceAll(strings.TrimPrefix(x.Pointer, "#/"), "/", ".") + ": " + x.Detail
	}
	return strings.Join(parts, " ")
}

// ofSurvey finds a survey's workspace and what its published version asks.
func ofSurvey(ctx context.Context, a *app.App, id string) (ident.Workspace, []question.Question, error) {
	var ws ident.Workspace
	err := a.EachSurvey(ctx, func(w ident.Workspace, survey string) error {
		if survey == id {
			ws = w
		}
		return nil
	})
	if err == nil && ws == "" {
		err = fmt.Errorf("there is no survey %q in this store", id)
	}
	if err != nil {
		return "", nil, err
	}
	r, err := a.Surveys.Store.Get(ctx, ws, id)
	if err == nil && r.Current == nil {
		err = errors.New("the survey is a draft; publish it first")
	}
	if err != nil {
		return "", nil, err
	}
	q, err := questionsOf(r.Current.Document)
	return ws, q, err
}

func questionsOf(document []byte) ([]question.Question, error) {
	var d struct {
		Questions []question.Question `json:"questions"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("reading the survey's questions: %w", err)
	}
	return slices.Clip(d.Questions), nil
}
