// Command assets makes NAME.min.css and NAME.min.js of what lies in the folders
// that are named; go generate runs it. It is a module of its own, so that
// the product does not carry the bundler.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	for _, dir := range os.Args[1:] {
		if err := bundle(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func bundle(dir string) error {
	var files []string
	for _, ext := range []string{"*.js", "*.css"} {
		found, err := filepath.Glob(filepath.Join(dir, ext))
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	for _, f := range files {
		ext := filepath.Ext(f)
		name := strings.TrimSuffix(f, ext)
		if strings.HasSuffix(name, ".min") {
			continue
		}
		r := api.Build(api.BuildOptions{EntryPoints: []string{f}, Outfile: name + ".min" + ext, Write: true, Bundle: true,
			MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Target: api.ES2020, Charset: api.CharsetUTF8, LogLevel: api.LogLevelWarning})
		if len(r.Errors) > 0 {
			return fmt.Errorf("bundling %s: %s", f, r.Errors[0].Text)
		}
	}
	return nil
}
