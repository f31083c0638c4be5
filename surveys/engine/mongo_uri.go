package engine

import (
	"errors"
	"net/url"
	"strings"
)

// WithDatabase gives a MongoDB URI with another database in its path. Users
// that the URI names are still looked up where they were: in authSource or,
// without one, in the database the URI named, else in "admin".
func WithDatabase(uri, name string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", errors.New("the MongoDB URI cannot be read") // the cause would show its password
	}
	if q := u.Query(); u.User != nil && q.Get("authSource") == "" {
		source := strings.Trim(u.Path, "/")
		if source == "" {
			source = "admin"
		}
		q.Set("authSource", source)
		u.RawQuery = q.Encode()
	}
	u.Path = "/" + name
	return u.String(), nil
}
