package question

import "github.com/valyala/fastjson"

// Files lists the files that an answer names.
func Files(q *Question, answer *fastjson.Value) []string {
	t, _ := Find(q.Type)
	if holder, ok := t.(interface {
		files(answer *fastjson.Value) []string
	}); ok {
		return holder.files(answer)
	}
	return nil
}

// Images lists the files that a question shows. Publishing asks that there are
// such files, and that they are pictures.
func Images(q *Question) []string {
	t, _ := Find(q.Type)
	if shower, ok := t.(interface{ images(q *Question) []string }); ok {
		return shower.images(q)
	}
	return nil
}

// FileAnswer is the answer to a question of type file.
type FileAnswer struct {
	ID    string `json:"id"` // fil_…
	Name  string `json:"name"`
	Type  string `json:"type"` // media type
	Bytes int    `json:"bytes"`
}
