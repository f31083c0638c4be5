package question

import (
	"net/mail"
	"net/url"
	"regexp"
)

// formats gives what is wrong with a text that must have a form, by the
// form's name. Nothing changes the table.
var formats = map[string]func([]byte) string{"email": email, "url": address, "tel": telephone}

func email(b []byte) string {
	if a, err := mail.ParseAddress(string(b)); err != nil || a.Address != string(b) {
		return "An e-mail address is needed."
	}
	return ""
}

func address(b []byte) string {
	u, err := url.Parse(string(b))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "An address that begins with http:// or https:// is needed."
	}
	return ""
}

var telephoneForm = regexp.MustCompile(`^\+?[0-9 ()/.\-]{3,40}$`)

func telephone(b []byte) string {
	if !telephoneForm.Match(b) {
		return "A telephone number is needed."
	}
	return ""
}
