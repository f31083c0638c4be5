package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What a link says to a hidden question decides and is named from the first page
// on, not only when that was sent.
func TestWhatALinkSaysHoldsFromTheFirstPageOn(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"Mails","questions":[{"id":"from","type":"hidden"},{"id":"kind","type":"hidden","default":"plain"},
		{"id":"mail","type":"ces","title":"How was our mail?","show_if":"from == 'mail'"},{"id":"sat","type":"csat","title":"And {{from|the rest}}, {{kind}} ({{contact.language}})?"}]`)
	u := p.link(s, `{}`)
	v := p.visit(u + "?from=mail").must(200).patience()
	if got := v.fields(); !slices.Equal(got, []string{"mail"}) {
		t.Fatalf("who comes by the mail is asked %v first", got)
	}
	if len(p.stored(s)) != 0 {
		t.Fatal("looking stored a response")
	}
	v.send("mail", "4").must(200)
	if !strings.Contains(v.text(), "And mail, plain (en)?") {
		t.Errorf("the second step says %s", v.text())
	}
	v.send("sat", "5").must(200)
	if r := p.stored(s); len(r) != 1 || fmt.Sprint(r[0]["answers"]) != "map[from:mail kind:plain mail:4 sat:5]" {
		t.Errorf("stored: %v", r)
	}
	v = p.visit(u).must(200)
	if got := v.fields(); !slices.Equal(got, []string{"sat"}) || !strings.Contains(v.text(), "And the rest, plain (en)?") {
		t.Errorf("who comes by no mail is asked %v: %s", got, v.text())
	}
}
