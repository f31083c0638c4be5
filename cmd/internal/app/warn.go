package app

import (
	"context"
	"fmt"

	"waymark/surveys/fault"
)

// WarnOfKeys logs what keeps every caller out: a store without any key, and a
// bootstrap key that the store does not take. No key is shown.
func (a *App) WarnOfKeys(ctx context.Context) error {
	if a.Config.BootstrapKey != "" {
		_, err := a.Workspaces.Authenticate(ctx, a.Config.BootstrapKey)
		switch {
		case fault.Is(err, fault.Unauthenticated):
			a.Log.Warn("WAYMARK_BOOTSTRAP_KEY is not a key of this store and was ignored")
		case err != nil:
			return fmt.Errorf("looking the bootstrap key up: %w", err)
		default:
			return nil
		}
	}
	some, err := a.Workspaces.AnyKey(ctx)
	if err == nil && !some {
		a.Log.Warn("this store has no key yet: waymark keys create --workspace default --scope admin --name me")
	}
	return err
}

// WarnOfLinks logs what links will begin with where others can reach the
// server and nobody said under which address.
func (a *App) WarnOfLinks() {
	if a.Config.BaseURL == "" && !a.Config.Loopback() {
		a.Log.Warn("links will say " + a.BaseURL() + "; name the address that people use with --base-url")
	}
}
