package page

import (
	"context"
	"slices"
	"strconv"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/files"
)

// pictureURL is where a picture of the version lies that the page shows. What a
// page has shown stays there, whatever is published after it.
func (v *visit) pictureURL(id string) string {
	url := "/s/" + v.token + "/files/" + id
	if v.link.Preview {
		return url
	}
	return url + "?version=" + strconv.FormatInt(v.survey.Number, 10)
}

// picture gives a picture that the link's page shows: of an option of the
// survey, or the shop's logo. How the visit stands is all the same: the pages
// that say that a survey is over have a logo, too.
func (s *Service) picture(ctx context.Context, a asks, id string) (files.File, []byte, error) {
	v, err := s.meet(ctx, a)
	if err != nil {
		return files.File{}, nil, err
	}
	head, err := s.Surveys.Head(ctx, v.ws, v.link.Survey)
	if err != nil {
		return files.File{}, nil, err
	}
	if id != v.look.Logo {
		if err := v.version(ctx, head); err != nil {
			return files.File{}, nil, err
		}
		if !slices.Contains(v.survey.Images(), id) {
			return files.File{}, nil, fault.NotFoundError()
		}
	}
	return s.Files.Public(ctx, v.ws, id)
}

// version loads what the link shows, or the published version that the address
// names; NotFound where there is nothing to show.
func (v *visit) version(ctx context.Context, head surveys.Head) (err error) {
	number := head.Current
	if n, err := strconv.ParseInt(v.query.Get("version"), 10, 64); err == nil && n > 0 {
		number = n
	}
	switch {
	case v.link.Preview:
		v.survey, err = v.Surveys.Newest(ctx, v.ws, v.link.Survey)
	case number > 0:
		v.survey, err = v.Surveys.Compiled(ctx, v.ws, v.link.Survey, number)
	default:
		return fault.NotFoundError()
	}
	if fault.Is(err, fault.Conflict) { // a draft that cannot be shown
		return fault.NotFoundError()
	}
	return err
}

// admit looks, before it is read, whether a body that is larger than what is
// written by hand may come: only where the survey asks for a file. Strangers do
// not fill the memory.
func (s *Service) admit(ctx context.Context, a asks) error {
	v, err := s.meet(ctx, a)
	if err != nil {
		return err
	}
	head, err := s.Surveys.Head(ctx, v.ws, v.link.Survey)
	if err != nil {
		return err
	}
	err = v.version(ctx, head)
	if fault.Is(err, fault.NotFound) {
		return tooLarge()
	}
	if err != nil {
		return err
	}
	if !v.survey.AsksFiles() {
		return tooLarge()
	}
	return nil
}
