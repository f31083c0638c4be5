package question

import (
	"net/mail"
	"net/url"
	"regexp"
)

// format is a form that a text must have.
type format struct {
	check func([]byte) *Refusal
	input string // of the native input, and of the keyboard
}

// formats by the name that definitions give them. Nothing changes the table.
var formats = map[string]format{"email": {email, "email"}, "url": {address, "url"}, "tel": {telephone, "tel"}}

var (
	noEmail     = refuse("An e-mail address is needed.", "err_email")
	noAddress   = refuse("An address that begins with http:// or https:// is needed.", "err_url")
	noTelephone = refuse("A telephone number is needed.", "err_tel")
)

func email(b []byte) *Refusal {
	if a, err := mail.ParseAddress(string(b)); err != nil || a.Address != string(b) {
		return noEmail
	}
	return nil
}

func address(b []byte) *Refusal {
	u, err := url.Parse(string(b))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return noAddress
	}
	return nil
}

var telephoneForm = regexp.MustCompile(`^\+?[0-9 ()/.\-]{3,40}$`)

func telephone(b []byte) *Refusal {
	if !telephoneForm.Match(b) {
		return noTelephone
	}
	return nil
}
