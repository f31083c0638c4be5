package files

import (
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// Describe tells of the routes of files.
func Describe() openapi.Domain {
	return openapi.Domain{
		Name: "Files",
		Text: "Pictures for pages, a logo, and what people hand in with their answers: PNG, JPEG, WebP and PDF of up to 5 MB, by what their bytes are. Pictures are encoded again, so that nothing but their pixels is kept: " +
			"a WebP becomes a PNG or a JPEG, and where a photograph was taken is forgotten. A PDF stays as it is, and is never shown in a page.",
		Path: []openapi.Param{{Name: "file", Schema: openapi.ID("fil"), Text: "The file's id."}},
		Operations: []openapi.Operation{
			{Route: "POST /v1/files", ID: "createFile", Summary: "Upload a file", Body: openapi.FormBody(openapi.Ref("FileUpload"), MaxForm, `{"file": "@photo.png"}`),
				Answers: []openapi.Answer{openapi.Created(openapi.Ref("File"), "What was stored of it.")},
				Fails: []openapi.Problem{
					{Kind: fault.TooLarge, Slug: "file-too-large", Text: "The file is larger than 5 MB."},
					{Kind: fault.Unavailable, Slug: "busy-files", Text: "Too many pictures are being read; try again."}}},
			{Route: "GET /v1/files/{file}", ID: "getFile", Summary: "Read a file",
				Answers: []openapi.Answer{openapi.Answer{Status: 200, Text: "The file, to be kept and not to be shown.", Type: PNG, Also: []string{JPEG, PDF}, Schema: openapi.Text(0),
					Headers: []openapi.Header{{Name: "Content-Disposition", Schema: openapi.Form("^attachment; filename", `attachment; filename=photo.png`), Needed: true, Text: "A name for the file, of letters, digits, - and _."}}}.Tagged()}},
		},
		Schemas: []openapi.Named{
			openapi.Name("FileUpload", openapi.Closed(openapi.Need("file", openapi.Binary(), "The file. What its sender calls it is a hint for its name; of what type it is said to be nothing is believed.")).With("A form with a file.")),
			openapi.Given[shown]("File", "A file without its bytes.",
				openapi.Need("id", openapi.ID("fil"), ""),
				openapi.Need("name", openapi.Text(maxName+4).Filled(), "Made of what its sender calls it."),
				openapi.Need("type", openapi.OneOf(PNG, JPEG, PDF), "By what it is now."),
				openapi.Need("bytes", openapi.Integer().Between(1, MaxBytes), ""),
				openapi.May("width", openapi.Integer().Between(1, float64(limits.Side)), "Of a picture, in pixels."),
				openapi.May("height", openapi.Integer().Between(1, float64(limits.Side)), ""),
				openapi.Need("created_at", openapi.Instant(), ""),
				openapi.Need("created_by", openapi.Text(0), "The name of the key.")),
		},
	}
}
