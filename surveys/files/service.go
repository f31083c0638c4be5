package files

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/picture"
	"waymark/surveys/when"
)

// Service is what may be done with files. Store and Now are needed.
type Service struct {
	Store Store
	Now   func() time.Time

	once sync.Once
	// room holds the pixels that are decoded at once, in all pictures together:
	// many uploads wait for each other, and do not take all the memory there is.
	room *semaphore.Weighted
}

// New is a file as it comes.
type New struct {
	ID string // fil_…
	// Derived says that what has this id already is the same upload's earlier try.
	Derived  bool
	Name     string   // as its sender calls it
	Accept   []string // media types of what may be sent; nil: all of Types
	MaxBytes int      // of what may be sent; 0: MaxBytes
	Use      Use
	By       string // the key's name
}

// Put cleans and stores a file. What it is not to be is Invalid or TooLarge,
// with the place "#/file" and a sentence.
func (s *Service) Put(ctx context.Context, ws ident.Workspace, n New, raw []byte) (File, error) {
	if err := ws.Check(); err != nil {
		return File{}, err
	}
	most := n.MaxBytes
	if most <= 0 || most > MaxBytes {
		most = MaxBytes
	}
	if len(raw) > most {
		return File{}, tooLarge(most)
	}
	accept := n.Accept
	if accept == nil {
		accept = Types()
	}
	kind := Kind(raw)
	if !slices.Contains(accept, kind) {
		return File{}, fault.At(fault.Invalid, place, "%s Send one of: %s.", what(kind), list(accept))
	}
	f := File{ID: n.ID, Type: kind, Use: n.Use, CreatedAt: when.Of(s.Now()), CreatedBy: n.By}
	if format, ok := strings.CutPrefix(kind, "image/"); ok {
		clean, err := s.clean(ctx, &f, format, raw)
		if err != nil {
			return File{}, err
		}
		raw = clean
	}
	f.Name, f.Bytes = Name(n.Name, f.Type), len(raw)
	err := s.Store.Create(ctx, ws, f, raw)
	if n.Derived && fault.Is(err, fault.Conflict) {
		return s.Find(ctx, ws, n.ID)
	}
	return f, err
}

// place is where a form has the file.
const place = "#/file"

func tooLarge(most int) error {
	e := fault.New(fault.TooLarge, "file-too-large", "The file is larger than %d bytes.", most)
	e.Fields = []fault.Field{{Pointer: place, Detail: e.Detail}}
	return e
}

func what(kind string) string {
	if kind == "" {
		return "This is none of the files that can be taken, whatever it is called."
	}
	return "A " + called[kind] + " is not taken here."
}

func list(types []string) string {
	names := make([]string, len(types))
	for i, t := range types {
		if names[i] = called[t]; names[i] == "" {
			names[i] = t
		}
	}
	return strings.Join(names, ", ")
}

// clean encodes a picture again when there is room for its pixels.
func (s *Service) clean(ctx context.Context, f *File, format string, raw []byte) ([]byte, error) {
	s.once.Do(func() { s.room = semaphore.NewWeighted(int64(limits.Pixels)) })
	declared, err := limits.Head(format, raw)
	if err == nil {
		pixels := int64(declared.Pixels())
		if err := s.room.Acquire(ctx, pixels); err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "busy-files", "Too many pictures are being read; try again.")
		}
		defer s.room.Release(pixels)
		var size picture.Size
		format, raw, size, err = limits.Clean(format, raw)
		f.Type, f.Width, f.Height = "image/"+format, size.Width, size.Height
	}
	var refused picture.Refusal
	if errors.As(err, &refused) {
		return nil, fault.At(fault.Invalid, place, "%s Send a whole picture of at most %d MB, %d pixels a side and %d million pixels in all.", refused, MaxBytes>>20, limits.Side, limits.Pixels/1_000_000)
	}
	if err != nil {
		return nil, fmt.Errorf("cleaning a picture: %w", err)
	}
	return raw, nil
}

// Find gives a file without its bytes.
func (s *Service) Find(ctx context.Context, ws ident.Workspace, id string) (File, error) {
	all, err := s.find(ctx, ws, []string{id})
	return all[id], err
}

// Known gives NotFound unless each of the ids is a file of the workspace.
func (s *Service) Known(ctx context.Context, ws ident.Workspace, ids []string) error {
	_, err := s.find(ctx, ws, ids)
	return err
}

// Pictures gives NotFound where an id is no file of the workspace, and the ids
// of those that are none that pages may show: a PDF, or what came with an answer.
func (s *Service) Pictures(ctx context.Context, ws ident.Workspace, ids []string) (none []string, err error) {
	all, err := s.find(ctx, ws, ids)
	for _, id := range ids {
		if f, there := all[id]; there && !f.Picture() {
			none = append(none, id)
		}
	}
	return none, err
}

// find gives files by their ids, or NotFound where one is not there.
func (s *Service) find(ctx context.Context, ws ident.Workspace, ids []string) (map[string]File, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	all := make(map[string]File, len(ids))
	for some := range slices.Chunk(ids, MaxFind) {
		if slices.ContainsFunc(some, func(id string) bool { return !ident.Valid("fil", id) }) {
			return nil, fault.NotFoundError()
		}
		found, err := s.Store.Find(ctx, ws, some)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			all[f.ID] = f
		}
	}
	for _, id := range ids {
		if _, there := all[id]; !there {
			return nil, fault.NotFoundError()
		}
	}
	return all, nil
}

// Open gives a file with its bytes, to who has a key.
func (s *Service) Open(ctx context.Context, ws ident.Workspace, id string) (File, []byte, error) {
	if !ident.Valid("fil", id) {
		return File{}, nil, fault.NotFoundError()
	}
	return s.Store.Open(ctx, ws, id)
}

// Public gives a picture that pages may show to everybody. Whether one of the
// workspace's pages does show it is for the caller to know. What is no such
// picture is NotFound.
func (s *Service) Public(ctx context.Context, ws ident.Workspace, id string) (File, []byte, error) {
	f, body, err := s.Open(ctx, ws, id)
	if err == nil && !f.Picture() {
		err = fault.NotFoundError()
	}
	if err != nil {
		return File{}, nil, err
	}
	return f, body, nil
}

// Forget removes those of the files that came with answers. Others, and those
// that are gone already, are passed over.
func (s *Service) Forget(ctx context.Context, ws ident.Workspace, ids []string) error {
	if err := ws.Check(); err != nil {
		return err
	}
	for some := range slices.Chunk(ids, MaxFind) {
		found, err := s.Store.Find(ctx, ws, slices.DeleteFunc(slices.Clone(some), func(id string) bool { return !ident.Valid("fil", id) }))
		if err != nil {
			return err
		}
		for _, f := range found {
			if f.Use != Answer {
				continue
			}
			if err := s.Store.Delete(ctx, ws, f.ID); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
	}
	return nil
}

// Delete removes a file with its bytes.
func (s *Service) Delete(ctx context.Context, ws ident.Workspace, id string) error {
	if !ident.Valid("fil", id) {
		return fault.NotFoundError()
	}
	return s.Store.Delete(ctx, ws, id)
}
