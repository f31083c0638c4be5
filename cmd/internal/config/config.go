package config

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"waymark/surveys/ident"
)

// Config is how the program is to run.
type Config struct {
	Addr     string // host:port to listen on; port 0 takes a free one
	BaseURL  string // scheme://host[:port] of the links that people get, no trailing slash; empty: derived from Addr
	Data     string // directory of the embedded engines
	MongoURI string // empty: the embedded store
	RedisURL string // empty: the embedded queue
	// TrustedProxies may name whom they speak for in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	BootstrapKey   string // an admin key for a fresh store
	TestClock      string // file with an offset in seconds added to the clock
	LimitsOff      bool   // no rate limits, for tests on loopback
}

type setting struct {
	flag, env, help string
	secret          bool
	value           string
	origin          string
}

func settings() []*setting {
	return []*setting{
		{flag: "addr", env: "WAYMARK_ADDR", help: "`host:port` to listen on", value: "127.0.0.1:8080"},
		{flag: "base-url", env: "WAYMARK_BASE_URL", help: "`URL` under which people reach this server, for links"},
		{flag: "data", env: "WAYMARK_DATA", help: "`directory` of the embedded store", value: "./data"},
		{flag: "mongo", env: "WAYMARK_MONGO_URI", help: "MongoDB `URI`; without it the embedded store is used", secret: true},
		{flag: "redis", env: "WAYMARK_REDIS_URL", help: "Redis `URL`; without it the embedded queue is used", secret: true},
		{flag: "trusted-proxies", env: "WAYMARK_TRUSTED_PROXIES", help: "`addresses` or networks of proxies whose X-Forwarded-For is believed, separated by commas"},
		{env: "WAYMARK_BOOTSTRAP_KEY", help: "admin key for a fresh store: wm_, an id of a-z and 0-9, _, 32 or more letters and digits", secret: true},
		{env: "WAYMARK_TEST_CLOCK", help: "file with an offset in seconds added to the clock; loopback only"},
		{env: "WAYMARK_LIMITS", help: "\"off\" switches rate limits off; loopback only"},
	}
}

// Usage is the text on settings that a command's help ends with: on those of
// which it names the environment's variable, or on all.
func Usage(uses ...string) string {
	var b strings.Builder
	b.WriteString("Settings (flag > environment > --config FILE of NAME=value lines > default):\n")
	for _, s := range settings() {
		if len(uses) > 0 && !slices.Contains(uses, s.env) {
			continue
		}
		name := "--" + s.flag
		if s.flag == "" {
			name = ""
		}
		fmt.Fprintf(&b, "  %-17s %-23s %s", name, s.env, strings.ReplaceAll(s.help, "`", ""))
		if s.value != "" {
			fmt.Fprintf(&b, " (%s)", s.value)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Is reports whether a flag of that name is bound by Bind.
func Is(name string) bool {
	return name == "config" || slices.ContainsFunc(settings(), func(s *setting) bool { return s.flag != "" && s.flag == name })
}

// Bind adds the settings' flags to a command's flags and gives the function
// that loads the configuration once they are parsed.
func Bind(fs *flag.FlagSet, getenv func(string) string) func() (Config, error) {
	all := settings()
	values := map[string]*string{}
	for _, s := range all {
		if s.flag != "" {
			values[s.flag] = fs.String(s.flag, "", s.help)
		}
	}
	file := fs.String("config", "", "`file` of NAME=value lines with the environment's names")
	return func() (Config, error) {
		given := map[string]bool{}
		fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
		fromFile := map[string]string{}
		var faults []error
		if *file != "" {
			m, err := readFile(*file, all)
			if err != nil {
				faults = append(faults, err)
			}
			fromFile = m
		}
		byEnv := map[string]*setting{}
		for _, s := range all {
			byEnv[s.env] = s
			s.origin = "the default"
			if v, ok := fromFile[s.env]; ok {
				s.value, s.origin = v, *file
			}
			if v := getenv(s.env); v != "" {
				s.value, s.origin = v, "the environment"
			}
			if s.flag != "" && given[s.flag] {
				s.value, s.origin = *values[s.flag], "--"+s.flag
			}
		}
		c, errs := check(byEnv)
		if faults = append(faults, errs...); len(faults) > 0 {
			return Config{}, errors.Join(faults...)
		}
		return c, nil
	}
}

func readFile(path string, known []*setting) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	out := map[string]string{}
	var faults []error
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		found := false
		for _, s := range known {
			found = found || s.env == name
		}
		if !ok || !found {
			faults = append(faults, fmt.Errorf("%s line %d: not a NAME=value line with a known name", path, i+1))
			continue
		}
		out[name] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return out, errors.Join(faults...)
}

func check(by map[string]*setting) (Config, []error) {
	var faults []error
	refuse := func(s *setting, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s (from %s): %s", s.env, s.origin, fmt.Sprintf(format, args...)))
	}
	c := Config{Addr: by["WAYMARK_ADDR"].value, BaseURL: strings.TrimRight(by["WAYMARK_BASE_URL"].value, "/"), Data: by["WAYMARK_DATA"].value,
		MongoURI: by["WAYMARK_MONGO_URI"].value, RedisURL: by["WAYMARK_REDIS_URL"].value,
		BootstrapKey: by["WAYMARK_BOOTSTRAP_KEY"].value, TestClock: by["WAYMARK_TEST_CLOCK"].value}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		refuse(by["WAYMARK_ADDR"], "write it as host:port, like 127.0.0.1:8080")
	}
	loopback := isLoopback(host)
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			refuse(by["WAYMARK_BASE_URL"], "write it as https://host with nothing behind it")
		}
	}
	if c.Data == "" {
		refuse(by["WAYMARK_DATA"], "name a directory")
	}
	if c.MongoURI != "" {
		if _, err := connstring.ParseAndValidate(c.MongoURI); err != nil {
			refuse(by["WAYMARK_MONGO_URI"], "not a mongodb:// URI that the driver takes") // the cause may hold the password
		}
	}
	if c.RedisURL != "" {
		u, err := url.Parse(c.RedisURL)
		if err != nil || (u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix") {
			refuse(by["WAYMARK_REDIS_URL"], "write it as redis://host:port/0")
		}
	}
	for entry := range strings.SplitSeq(by["WAYMARK_TRUSTED_PROXIES"].value, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		p, err := network(entry)
		switch {
		case err != nil:
			refuse(by["WAYMARK_TRUSTED_PROXIES"], "%q is no address and no network; write them like 10.0.0.5 or 10.0.0.0/8", entry)
		case p.Bits() == 0:
			refuse(by["WAYMARK_TRUSTED_PROXIES"], "%q is everybody: then every client could choose its own address", entry)
		default:
			c.TrustedProxies = append(c.TrustedProxies, p)
		}
	}
	if c.BootstrapKey != "" {
		if _, _, ok := ident.ParseKey(c.BootstrapKey); !ok {
			refuse(by["WAYMARK_BOOTSTRAP_KEY"], "write it as wm_, then an id of 1 to 32 of a-z and 0-9, _, then 32 to 200 letters and digits")
		}
	}
	if c.TestClock != "" && !loopback {
		refuse(by["WAYMARK_TEST_CLOCK"], "only allowed while everything listens on loopback")
	}
	switch v := by["WAYMARK_LIMITS"].value; {
	case v == "" || v == "on":
	case v == "off" && loopback:
		c.LimitsOff = true
	case v == "off":
		refuse(by["WAYMARK_LIMITS"], "\"off\" is only allowed while the server listens on loopback")
	default:
		refuse(by["WAYMARK_LIMITS"], "must be \"on\" or \"off\"")
	}
	return c, faults
}

// network reads an address or a network in CIDR form.
func network(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.WithZone("").Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, err
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return p, errors.New("neither IPv4 nor IPv6")
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Loopback reports whether the server listens on loopback only.
func (c Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	return err == nil && isLoopback(host)
}

// String describes the configuration without its secrets.
func (c Config) String() string {
	store, queue := "SQLite in "+c.Data, "in process"
	if c.MongoURI != "" {
		store = "MongoDB"
	}
	if c.RedisURL != "" {
		queue = "Redis"
	}
	return fmt.Sprintf("listening on %s, store: %s, queue: %s", c.Addr, store, queue)
}
