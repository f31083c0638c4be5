//go:build ahead

package house

// The libraries of the mails that surveys will be sent by are agreed and
// pinned before the code is there: this keeps them in go.mod, and no program
// holds them.
import (
	_ "github.com/emersion/go-smtp"
	_ "github.com/jordan-wright/email"
)
