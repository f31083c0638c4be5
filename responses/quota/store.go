package quota

import (
	"context"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Cap is a limit on how many may hold a slot of the key.
type Cap struct {
	Key   string `json:"k" bson:"k"`
	Limit int    `json:"l" bson:"l"`
}

// Held are slots of one holder, by key: the stamp of whoever took each last.
type Held map[string]int64

// Slot is a slot of a key that is held.
type Slot struct {
	Holder string
	Stamp  int64
}

// Store keeps slots. Every method refuses an empty workspace and sees nothing
// of another one. What a method wrote is durable when it returns nil.
type Store interface {
	// Take gives the holder a slot of the key, where it has none and fewer than
	// limit are held; since stays on a new one until it is made sure. held says
	// whether it has one now, fresh whether this call gave it. Of any number of
	// calls at once no more get a slot than there are. A limit that was lowered
	// takes no slot away. One that is held already gets the stamp too, and the
	// instant where it is unsure.
	Take(ctx context.Context, ws ident.Workspace, c Cap, holder string, since when.Time, stamp int64) (held, fresh bool, err error)
	// Held reads the holder's slots of the keys, nil for all.
	Held(ctx context.Context, ws ident.Workspace, holder string, keys []string) (Held, error)
	// Sure says that what holds the slots of the keys is stored.
	Sure(ctx context.Context, ws ident.Workspace, holder string, keys []string) error
	// Doubt makes every slot of the holder unsure again.
	Doubt(ctx context.Context, ws ident.Workspace, holder string, since when.Time) error
	// Free gives back the holder's slots that still have these stamps: what
	// somebody took again meanwhile is theirs to give back.
	Free(ctx context.Context, ws ident.Workspace, holder string, held Held) error
	// Doubtful lists the slots of the key that are unsure since before then, oldest
	// first.
	Doubtful(ctx context.Context, ws ident.Workspace, key string, before when.Time, limit int) ([]Slot, error)
	// Count tells how many slots of the key are held, stopping at most.
	Count(ctx context.Context, ws ident.Workspace, key string, most int) (int, error)
}
