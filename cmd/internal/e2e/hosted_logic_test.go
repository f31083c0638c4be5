package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

// What came in the link, or stands in its place, decides from the first page on,
// and to the page's script too.
func TestWhatNobodyIsAskedDecidesFromTheFirstPageOn(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"src","type":"hidden","title":"x","default":"none"},{"id":"sat","type":"csat","title":"Satisfied?"},
		{"id":"late","type":"hidden","title":"x","show_if":"answered(sat)"},
		{"id":"mail","type":"text","title":"Of the mail with {{src}}?","show_if":"src == 'mail'"},{"id":"none","type":"text","title":"Of {{src}}?","show_if":"src == 'none'"},
		{"id":"why","type":"text","title":"Why?","show_if":"late == 'yes'","required":true}]`)
	known := func(v *visitor) string {
		f, _ := v.form()
		var flow struct{ Answers map[string]any }
		if err := json.Unmarshal([]byte(attr(f, "data-flow")), &flow); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(flow.Answers)
	}
	v := p.visit(p.link(s, `{}`) + "?src=mail&late=yes").must(200)
	if got := v.asked(); !slices.Equal(got, []string{"sat", "mail"}) || known(v) != "map[late:yes src:mail]" {
		t.Errorf("the first page asks %v and knows %s", got, known(v))
	}
	v.patience().send("sat", "2").must(200)
	if got := v.asked(); !slices.Equal(got, []string{"sat", "mail", "why"}) || known(v) != "map[late:yes sat:2 src:mail]" {
		t.Errorf("then it asks %v and knows %s", got, known(v))
	}
	v.send("why", "cold").must(200)
	if r := p.stored(s); len(r) != 1 || fmt.Sprint(r[0]["answers"]) != "map[late:yes sat:2 src:mail why:cold]" {
		t.Errorf("stored: %v", r)
	}
	v = p.visit(p.link(s, `{}`)).must(200)
	if got := v.asked(); !slices.Equal(got, []string{"sat", "none"}) || known(v) != "map[src:none]" {
		t.Errorf("without a word in the link it asks %v and knows %s", got, known(v))
	}
	if got := textOf(v.find("h2")[1]); got != "Of none? Optional" {
		t.Errorf("it asks %q", got)
	}
}

// What another answer took off the page cannot be mended there, so it is not wrong.
func TestWhatIsAskedNoMoreIsNotFoundWrong(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true},{"id":"n","type":"number","title":"How late?","show_if":"sat < 3"}]`)
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	v.send("sat", "1").must(200).send("n", "many").must(422)
	if got := v.wrong(); !slices.Equal(got, []string{"n"}) {
		t.Fatalf("wrong are %v", got)
	}
	v.send("sat", "5", "n", "many").must(200)
	if r := p.stored(s); len(r) != 1 || fmt.Sprint(r[0]["answers"]) != "map[sat:5]" {
		t.Errorf("stored: %v", r)
	}
}
