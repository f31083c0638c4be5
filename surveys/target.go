package surveys

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// maxTarget is the length of an address that the end of a survey leads to.
const maxTarget = 2000

// What is wrong with such an address.
const (
	noTarget = "Write a whole address like https://shop.example/thanks, of letters, digits and signs that URLs have."
	noScheme = "Begin it with https://. Plain http:// may lead to this machine (localhost) alone."
)

// target reads an address that people are led to after a survey, and gives its
// host and what is wrong with it. Browsers repair what is no URL, each in its own way ("\\evil", "https:evil",
// "//evil", "https://shop.example@evil"), so only what needs no repair is taken.
func target(address string) (host, wrong string) {
	if len(address) > maxTarget || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '"' || r == '<' || r == '>' }) {
		return "", noTarget
	}
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.User != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return "", noTarget
	}
	for _, scheme := range []string{"https", "http"} {
		if u.Scheme == scheme && !strings.HasPrefix(address, scheme+"://") {
			return "", noTarget // "HTTPS://" and the like
		}
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback(u.Hostname()):
	default:
		return "", noScheme
	}
	return strings.ToLower(u.Host), ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// allowed reports whether a host, with its port if it has one, is among those
// of the settings.
func allowed(host string, hosts []string) bool {
	host = strings.TrimSuffix(host, ":443")
	return slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(strings.TrimSuffix(h, ":443"), host) })
}

// Leads reports whether a redirect of a published version may be followed now:
// hosts are those of the settings of now, and may be others than at publishing.
func Leads(redirect string, hosts []string) bool {
	host, wrong := target(redirect)
	return wrong == "" && allowed(host, hosts)
}

// Among tells for Publishable whether a host is one of those of the settings.
func Among(hosts []string) func(host string) bool {
	return func(host string) bool { return allowed(host, hosts) }
}

// Anywhere tells Publishable to let redirects be, where no settings are at hand.
func Anywhere(string) bool { return true }
