package workspace

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Bounds of an address, RFC 5321 §4.5.3.1, in bytes.
const (
	maxAddress = 254
	maxLocal   = 64
	maxDomain  = 253
)

// atom is a dot-string of RFC 5321 §4.1.2. Quoted local parts are left out on
// purpose: nobody sends from one, and they are how header injections begin.
var (
	dotString = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~` + "`" + `-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~` + "`" + `-]+)*$`)
	label     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
)

// addressFault says what keeps s from being one bare mail address; empty when
// nothing does.
func addressFault(s string) string {
	local, domain, found := strings.Cut(s, "@")
	switch {
	case strings.ContainsFunc(s, breaksLine):
		return "The address contains a control character."
	case strings.ContainsAny(s, ",;") || strings.Count(s, "@") > 1:
		return "Exactly one address is needed here."
	case strings.ContainsAny(s, "<>\" ()"):
		return "A bare address is needed here, like hello@shop.example, without a name."
	case !found || local == "" || domain == "":
		return "An address is needed here, like hello@shop.example."
	case strings.ContainsFunc(local, func(r rune) bool { return r > 0x7e }):
		return "Addresses with other than ASCII characters before the @ are not taken."
	case len(s) > maxAddress || len(local) > maxLocal || !dotString.MatchString(local):
		return "What stands before the @ is no valid mail name."
	case !validDomain(domain):
		return "What stands after the @ is no domain; write others than ASCII as xn--…."
	}
	return ""
}

// validDomain reports a domain in ASCII, RFC 1123 §2.1, that is no bare number.
func validDomain(s string) bool {
	if len(s) == 0 || len(s) > maxDomain {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if !label.MatchString(l) {
			return false
		}
	}
	_, err := strconv.Atoi(labels[len(labels)-1])
	return err != nil
}

// validHost reports a domain or IPv4 address, with or without a port.
func validHost(s string) bool {
	host, port, found := strings.Cut(s, ":")
	if found {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
			return false
		}
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Is4()
	}
	return validDomain(host)
}
