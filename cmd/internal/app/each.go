package app

import (
	"context"
	"fmt"

	"waymark/surveys"
	"waymark/surveys/ident"
)

// EachSurvey calls fn for every survey of every workspace.
func (a *App) EachSurvey(ctx context.Context, fn func(ws ident.Workspace, survey string) error) error {
	all, err := a.Workspaces.Workspaces(ctx)
	if err != nil {
		return fmt.Errorf("listing workspaces: %w", err)
	}
	for _, w := range all {
		page := ident.Page{Limit: 100}
		for {
			list, next, err := a.stores.surveys.List(ctx, w.ID, surveys.Filter{}, page)
			if err != nil {
				return fmt.Errorf("listing surveys: %w", err)
			}
			for _, r := range list {
				if err := fn(w.ID, r.ID); err != nil {
					return fmt.Errorf("survey %s: %w", r.ID, err)
				}
			}
			if next.Zero() {
				break
			}
			page.Cursor = next
		}
	}
	return nil
}
