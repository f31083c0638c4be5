package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/valyala/fastjson"

	"waymark/surveys"
	"waymark/surveys/question"
)

// walker is a person of a property test, on the page and by the rules.
type walker struct {
	*course
	dice
	t    *testing.T
	p    *program
	link string // lnk_…
	page *visitor
	log  []string
	seed uint64
	doc  string

	hasty bool // quicker than a person: stored, and not counted
}

func (k *walker) fail(format string, args ...any) {
	k.t.Helper()
	k.t.Fatalf("seed %d: %s\nway: %s\nsurvey: {%s}", k.seed, fmt.Sprintf(format, args...), strings.Join(k.log, "\n     "), k.doc)
}

// compiled reads what was published, and compiles it here.
func (p *program) compiled(survey string) *surveys.Compiled {
	p.t.Helper()
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(p.want(200, "GET", "/v1/surveys/"+survey+"?version=1", "").body, &doc); err != nil {
		p.t.Fatal(err)
	}
	for _, own := range []string{"id", "version", "status", "created_at", "updated_at", "updated_by", "published_at"} {
		delete(doc, own)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		p.t.Fatal(err)
	}
	c, err := surveys.Compile(surveys.Version{Survey: survey, Number: 1, Document: b})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// random publishes a random survey; "" for one that publishing refuses, such
// as with a question that every way jumps over.
func (p *program) random(mapID, keys string) string {
	p.t.Helper()
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery",%s}`, mapID, keys)).object(p.t)["id"].(string)
	switch a := p.call("POST", "/v1/surveys/"+s+"/publish", ""); a.status {
	case 200:
		return s
	case 422:
		return ""
	default:
		p.t.Fatalf("publishing {%s}: %d %s", keys, a.status, a.body)
		return ""
	}
}

// begin opens a link of its own for somebody.
func begin(p *program, c *surveys.Compiled, survey, doc string, seed uint64) *walker {
	p.t.Helper()
	d := diceOf(seed)
	props, prefill := map[string]string{"state": d.pick("SP", "RJ")}, map[string]string{}
	for _, q := range c.Definition().Questions {
		if q.Type == question.Hidden && d.IntN(2) == 0 {
			prefill[q.ID] = d.pick("mail", "shop")
		}
	}
	a := p.want(201, "POST", "/v1/surveys/"+survey+"/links", fmt.Sprintf(`{"properties":{"state":%q},"single_use":%v}`, props["state"], d.IntN(2) == 0)).object(p.t)
	u, _ := url.Parse(a["url"].(string))
	q := url.Values{}
	for id, s := range prefill {
		q.Set(id, s)
	}
	k := &walker{course: newCourse(c, props, prefill), dice: d, t: p.t, p: p, link: a["id"].(string), seed: seed, doc: doc}
	k.log = append(k.log, fmt.Sprintf("opened with %v and %v", props, prefill))
	k.page = p.visit(u.Path + "?" + q.Encode()).must(200)
	return k
}

// next and before give the pages around one that have something to show.
func (k *walker) next(from int) int {
	for p := k.path(nil); from < len(k.pages) && len(k.shown(from, p)) == 0; from++ {
	}
	return from
}

func (k *walker) before(at int) int {
	p := k.path(nil)
	for at--; at >= 0 && len(k.shown(at, p)) == 0; at-- {
	}
	return at
}

// asks holds what the page asks against the rules.
func (k *walker) asks(want []string) {
	k.t.Helper()
	if got := k.page.asked(); !slices.Equal(got, want) {
		k.fail("the page asks %v, want %v: %.300s", got, want, k.page.text())
	}
}

// walk goes through the survey to its end.
func (k *walker) walk() {
	k.t.Helper()
	at := k.next(0)
	asked := k.shown(at, k.path(nil))
	firm := false // after a refusal everything is answered anew
	for n := 0; ; n++ {
		k.asks(asked)
		if n > 60 {
			k.fail("there is no end")
		}
		prior := k.before(at)
		back := prior >= 0 && !firm && k.IntN(4) == 0
		given, wrong, pairs := k.fill(asked, firm)
		k.log = append(k.log, fmt.Sprintf("page %d, back %v: %v", at, back, pairs))
		if back {
			if k.page.back(pairs...); k.page.status != 200 {
				k.fail("the way back answers %d", k.page.status)
			}
			k.settle(given)
			if at = k.before(at); at < 0 {
				at = k.next(0)
			}
			asked = k.shown(at, k.path(nil))
			continue
		}
		// What is wrong is what the page's form carries, shown after it.
		shown := map[string]string{}
		for id, a := range given {
			shown[id] = a
		}
		for id := range wrong {
			shown[id] = wrong[id]
		}
		path := k.path(shown)
		var refused []string
		for i := range k.c.Definition().Questions {
			id := k.question(i).ID
			_, bad := wrong[id]
			missing := path.Required[i] && slices.Contains(asked, id) && k.c.Missing(i, document(shown[id])) != nil
			if path.Shown[i] && (bad || missing) {
				refused = append(refused, id)
			}
		}
		k.page.send(pairs...)
		if len(refused) > 0 {
			if k.page.status != 422 {
				k.fail("status %d, and %v are wrong: %.300s", k.page.status, refused, k.page.text())
			}
			if got := k.page.wrong(); !slices.Equal(got, refused) {
				k.fail("%v are found wrong, want %v: %.300s", got, refused, k.page.text())
			}
			asked, firm = k.shown(at, path), true
			continue
		}
		if k.page.status != 200 {
			k.fail("status %d: %.300s", k.page.status, k.page.text())
		}
		firm = false
		path = k.settle(given)
		again := false
		for _, id := range k.shown(at, path) {
			again = again || !slices.Contains(asked, id) && k.answers[id] == ""
		}
		if !again {
			at = k.next(at + 1)
		}
		if at == len(k.pages) {
			k.asks(nil)
			return
		}
		asked = k.shown(at, k.path(nil))
	}
}

func document(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// fill answers what is asked: well, badly, not at all, or as the page has it already.
func (k *walker) fill(asked []string, firm bool) (given, wrong map[string]string, pairs []string) {
	given, wrong = map[string]string{}, map[string]string{}
	for _, id := range asked {
		i, _ := k.c.Place(id)
		q := k.question(i)
		f, stays := k.good(q), false
		switch n := k.IntN(12); {
		case n < 2:
			f = empty(q)
		case n < 4:
			if b, can := k.bad(q); can {
				f = b
				// What the answer is to the logic: the type reads the form as it reads all.
				t, _ := question.Find(q.Type)
				v := url.Values{}
				for j := 0; j+1 < len(f.pairs); j += 2 {
					v.Add(f.pairs[j], f.pairs[j+1])
				}
				wrong[id] = string(t.Read(q, sent{v}))
			}
		case n == 4 && !firm:
			stays = true
		}
		if stays {
			given[id] = k.answers[id]
			continue
		}
		given[id] = f.answer
		base := empty(q).pairs // what was chosen before is chosen no more
		for j := 0; j+1 < len(base); j += 2 {
			if !slices.Contains(f.pairs, base[j]) {
				pairs = append(pairs, base[j], base[j+1])
			}
		}
		pairs = append(pairs, f.pairs...)
	}
	return given, wrong, pairs
}

// stored holds what is stored of the visit against the rules and the API.
func (k *walker) stored(list []map[string]any) {
	k.t.Helper()
	sent, want, err := k.whole()
	if err != nil {
		k.fail("%v", err)
	}
	j := k.c.Judge(fastjson.MustParseBytes(sent).GetObject(), k.outside, true)
	if len(j.Wrong) > 0 {
		k.fail("the page took %s, in which %+v is wrong", sent, j.Wrong[0])
	}
	var mine map[string]any
	for _, r := range list {
		if via := r["via"].(map[string]any); via["link"] == k.link {
			if mine != nil {
				k.fail("one visit made two responses")
			}
			mine = r
		}
	}
	if mine == nil || mine["status"] != "counted" && (!k.hasty || mine["status"] != "suspect") {
		k.fail("stored is %v, want a counted %s", mine, want)
	}
	var answers map[string]any
	if err := json.Unmarshal(want, &answers); err != nil {
		k.fail("%v", err)
	}
	if !reflect.DeepEqual(mine["answers"], answers) {
		k.fail("stored are %v, want %s", mine["answers"], want)
	}
	made := k.p.call("POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":%s,"properties":{"state":%q}}`, mine["survey"], sent, k.props["state"]))
	if made.status != 201 {
		k.fail("the API refuses what the page took: %d %s", made.status, made.body)
	}
	same := k.p.want(200, "GET", "/v1/responses/"+made.object(k.t)["id"].(string), "").object(k.t)
	for _, key := range []string{"answers", "calculated", "properties", "version"} {
		if !reflect.DeepEqual(same[key], mine[key]) {
			k.fail("%s: over the API %v, over the page %v", key, same[key], mine[key])
		}
	}
}

// surveysToWalk is how many random surveys are walked through, and for how long
// at most: WAYMARK_TEST_WALKS asks for more, and takes the time that it takes.
func surveysToWalk(t *testing.T, usual int) (n int, first uint64, most time.Duration) {
	t.Helper()
	more, err := strconv.Atoi(os.Getenv("WAYMARK_TEST_WALKS"))
	if err != nil || more <= 0 {
		return usual, 0, 15 * time.Second
	}
	return more, 100_000, time.Hour
}

// TestRandomWalksThroughRandomSurveys drives the page as a browser without
// scripts does: what it shows, demands and stores is what the survey's logic
// says, and what the API takes.
func TestRandomWalksThroughRandomSurveys(t *testing.T) {
	p := startWith(t, []string{"--data", t.TempDir()}, []string{"WAYMARK_LIMITS=off"})
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"].(string)
	surveys, first, most := surveysToWalk(t, 60)
	began := time.Now()
	var all []*walker
	byWalker := map[*walker]string{}
	for seed := first; seed < first+uint64(surveys) && time.Since(began) < most/2; seed++ {
		d := diceOf(seed)
		doc := d.survey([]string{"steps", "page"}[seed%2], seed%3 == 2)
		s := p.random(m, doc)
		if s == "" {
			continue
		}
		c := p.compiled(s)
		for n := range uint64(4) {
			k := begin(p, c, s, doc, seed*100+n)
			all, byWalker[k] = append(all, k), s
		}
	}
	if len(all) < 8 {
		t.Fatalf("only %d walks are prepared", len(all))
	}
	sleep(2100) // what a person needs at least
	pages, done := 0, 0
	for began = time.Now(); done < len(all) && (done < 8 || time.Since(began) < most); done++ {
		k := all[done]
		k.walk()
		pages += len(k.log)
		k.stored(p.stored(byWalker[k]))
	}
	t.Logf("%d of %d walks over %d pages, seeds up to %d", done, len(all), pages, all[done-1].seed)
	p.waitRolledUp()
	p.verify("--data", dataOf(p))
}

// fillIn sets the fields of a question in the open page as pairs of names and
// values say, and tells the page's script so.
const fillIn = `((id, pairs) => {
	const box = document.querySelector('[data-q="' + id + '"]')
	const has = (name, value) => pairs.some(([n, v]) => n === name && v === value)
	for (const e of box.querySelectorAll('input, select, textarea')) {
		if (e.type === 'radio' || e.type === 'checkbox') {
			if (e.checked === has(e.name, e.value)) continue
			e.checked = has(e.name, e.value)
		} else {
			const p = pairs.find(([n]) => n === e.name)
			if (!p || e.value === p[1]) continue
			e.value = p[1]
		}
		for (const type of ['input', 'change']) e.dispatchEvent(new Event(type, { bubbles: true }))
	}
})`

const inSight = `[...document.querySelectorAll('[data-q]')].filter(b => b.getClientRects().length).map(b => b.dataset.q).join(' ')`

// In a browser the page's script shows and hides what stands on one page as the
// server would, after each answer, and what is stored then is the same.
func TestRandomSurveysFollowTheAnswersInABrowser(t *testing.T) {
	ctx := browser(t)
	p := startWith(t, []string{"--data", t.TempDir()}, []string{"WAYMARK_LIMITS=off"})
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"].(string)
	surveys, first, most := surveysToWalk(t, 24)
	began, done, changes := time.Now(), 0, 0
	for seed := 7000 + first; done < surveys && (done < 4 || time.Since(began) < min(most, time.Minute)); seed++ { // the browser is given 90 s
		d := diceOf(seed)
		doc := d.survey("page", false)
		s := p.random(m, doc)
		if s == "" || !strings.Contains(doc, `"show_if"`) {
			continue
		}
		c := p.compiled(s)
		k := begin(p, c, s, doc, seed)
		k.hasty = true
		do(t, ctx, chromedp.Navigate(k.page.at))
		for range 14 {
			path := k.path(nil)
			want := k.shown(0, path)
			if got := see(t, ctx, inSight); got != strings.Join(want, " ") {
				k.fail("the browser shows %q, want %q", got, want)
			}
			i := k.pages[0][k.IntN(len(k.pages[0]))]
			q := k.question(i)
			if !path.Shown[i] {
				continue
			}
			f := k.good(q)
			if k.IntN(4) == 0 {
				f = empty(q)
			}
			var pairs [][2]string
			for j := 0; j+1 < len(f.pairs); j += 2 {
				pairs = append(pairs, [2]string{f.pairs[j], f.pairs[j+1]})
			}
			k.log = append(k.log, fmt.Sprint(pairs))
			see(t, ctx, fmt.Sprintf(`%s(%q, %s)`, fillIn, q.ID, toJSON(t, pairs)))
			changes++
			// The page keeps what is hidden again, in case it is shown once more;
			// to the logic it is not there.
			k.answers[q.ID] = f.answer
			if f.answer == "" {
				delete(k.answers, q.ID)
			}
		}
		for n := 0; ; n++ { // what is still required
			j := c.Judge(fastjson.MustParseBytes(k.document(nil)).GetObject(), k.outside, true)
			missing := slices.IndexFunc(k.pages[0], func(i int) bool {
				return j.Path.Shown[i] && j.Path.Required[i] && k.answers[k.question(i).ID] == ""
			})
			if missing < 0 || n > 40 {
				break
			}
			q := k.question(k.pages[0][missing])
			f := k.good(q)
			var pairs [][2]string
			for j := 0; j+1 < len(f.pairs); j += 2 {
				pairs = append(pairs, [2]string{f.pairs[j], f.pairs[j+1]})
			}
			k.log = append(k.log, fmt.Sprint("required: ", pairs))
			see(t, ctx, fmt.Sprintf(`%s(%q, %s)`, fillIn, q.ID, toJSON(t, pairs)))
			k.answers[q.ID] = f.answer
		}
		if got, want := see(t, ctx, inSight), strings.Join(k.shown(0, k.path(nil)), " "); got != want {
			k.fail("the browser shows %q, want %q", got, want)
		}
		see(t, ctx, `document.querySelector('button.on').click()`)
		eventually(t, fmt.Sprintf("seed %d: the end is reached", seed), func() bool {
			return see(t, ctx, `document.querySelectorAll('form').length + document.querySelector('.alert, h1').className`) == "0"
		})
		k.stored(p.stored(s))
		done++
	}
	t.Logf("%d surveys, %d changes", done, changes)
}
