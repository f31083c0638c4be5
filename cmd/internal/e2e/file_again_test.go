package e2e

import (
	"strings"
	"testing"
)

// A file that came with something refused has to be chosen again, and the page
// says so: a browser empties the field, and the shop would get the rest alone.
func TestAFileBesideSomethingRefusedIsAskedForAgain(t *testing.T) {
	p := start(t, t.TempDir())
	_, s := p.published(`"title":{"en":"Damage"},"layout":"page","questions":[
		{"id":"photo","type":"file","title":{"en":"A photo"}},
		{"id":"parts","type":"number","title":{"en":"How many?"}}]`)
	photo := []file{{"photo", "damage.png", "image/png", drawing(t)}}
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	v.handIn(false, photo, "parts", "many").must(422)
	if !strings.Contains(v.text(), "A photo Please choose the file again.") {
		t.Errorf("the page says %s", v.text())
	}
	v.handIn(false, photo, "parts", "2").must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["answers"].(map[string]any)["photo"] == nil || r[0]["answers"].(map[string]any)["parts"] != 2.0 {
		t.Errorf("stored is %v", r)
	}
}
