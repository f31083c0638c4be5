package demo

import (
	"fmt"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"waymark/mapping/render"
)

// A holder of a link asks for its page in every language, theme and window.
// Computing the scores for each page is what it would cost without the cache;
// the ratio of the two is what the cache is for.
func BenchmarkEveryVariantOfASharedPage(b *testing.B) {
	a, s := seeded(b, 7)
	token, err := s.Share(b.Context(), a)
	if err != nil {
		b.Fatal(err)
	}
	var paths []string
	for _, w := range render.Windows {
		for _, lang := range render.Languages() {
			for _, theme := range []string{"light", "dark", "print"} {
				paths = append(paths, fmt.Sprintf("/m/%s?window=%s&lang=%s&theme=%s", token, w.Name, lang, theme))
			}
		}
	}
	for _, each := range []bool{true, false} {
		name := "shared scores"
		if each {
			name = "scores for each"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page := render.PageHTTP{Maps: a.Maps, Scores: a.Scores, Now: a.Now, Cache: &render.Cache{}}
				server := fiber.New()
				server.Get("/m/:token", func(c *fiber.Ctx) error {
					if each {
						page.Cache = &render.Cache{}
					}
					return page.Get(c)
				})
				for _, p := range paths {
					res, err := server.Test(httptest.NewRequest("GET", p, nil), -1)
					if err != nil || res.StatusCode != 200 {
						b.Fatalf("%s answers %v %v", p, res, err)
					}
					_, _ = io.Copy(io.Discard, res.Body)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(paths)), "µs/page")
		})
	}
}
