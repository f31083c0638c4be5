package web

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"waymark/mapping"
	"waymark/mapping/render"
	"waymark/responses"
	"waymark/responses/page"
	"waymark/surveys"
	"waymark/surveys/files"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/rest"
	"waymark/surveys/workspace"
)

// route is one line of the table. Streams reads its body itself.
type route struct {
	method, path string
	scopes       []ident.Scope // none: no key needed
	streams      bool
	limit        int             // bytes of the body; 0: rest.MaxBody
	page         sorry           // for people: its failures are pages, and wrong tokens are counted
	before       []fiber.Handler // what a request passes before its body is read
	handle       fiber.Handler
}

func one(s ident.Scope) []ident.Scope { return []ident.Scope{s} }

// table is every route there is.
func (s *Server) table() []route {
	settings := workspace.HTTP{Service: s.Workspaces}
	sv := surveys.HTTP{Service: s.Surveys}
	fl := files.HTTP{Service: s.Files}
	links := link.HTTP{Service: s.Links, BaseURL: s.BaseURL}
	rs := responses.HTTP{Service: s.Responses, Problem: s.line}
	mp := mapping.HTTP{Service: s.Maps}
	scores, shares := mapping.ScoresHTTP{ScoresService: s.Scores}, mapping.SharesHTTP{Service: s.Maps, BaseURL: s.BaseURL}
	drawing := render.HTTP{Scores: s.Scores}
	shared := render.PageHTTP{Maps: s.Maps, Scores: s.Scores, Now: s.Now, Cache: &render.Cache{}}
	hosted := page.HTTP{Service: s.Pages, BaseURL: s.BaseURL}
	look := []fiber.Handler{s.look}
	read, admin := one(ident.ScopeRead), one(ident.ScopeAdmin)
	maps, ssurveys := one(ident.ScopeMaps), one(ident.ScopeSurveys)
	answers := one(ident.ScopeResponses)
	return []route{
		{method: "GET", path: "/v1/maps", scopes: read, handle: mp.List},
		{method: "POST", path: "/v1/maps", scopes: maps, handle: mp.Create},
		{method: "GET", path: "/v1/maps/:map", scopes: read, handle: mp.Get},
		{method: "PUT", path: "/v1/maps/:map", scopes: maps, handle: mp.Put},
		{method: "DELETE", path: "/v1/maps/:map", scopes: maps, handle: mp.Delete},
		{method: "GET", path: "/v1/maps/:map/scores", scopes: read, handle: scores.Get},
		{method: "GET", path: "/v1/maps/:map/render.svg", scopes: read, handle: drawing.SVG},
		{method: "GET", path: "/v1/maps/:map/render.html", scopes: read, handle: drawing.HTML},
		{method: "GET", path: "/v1/maps/:map/render.json", scopes: read, handle: drawing.JSON},
		{method: "GET", path: "/v1/maps/:map/shares", scopes: read, handle: shares.List},
		{method: "POST", path: "/v1/maps/:map/shares", scopes: maps, handle: shares.Create},
		{method: "DELETE", path: "/v1/maps/:map/shares/:share", scopes: maps, handle: shares.Delete},
		{method: "GET", path: "/v1/maps/:map/versions", scopes: read, handle: mp.Versions},
		{method: "GET", path: "/v1/maps/:map/versions/:n", scopes: read, handle: mp.Version},
		{method: "POST", path: "/v1/maps/:map/versions/:n/restore", scopes: maps, handle: mp.Restore},

		{method: "GET", path: "/v1/surveys", scopes: read, handle: sv.List},
		{method: "POST", path: "/v1/surveys", scopes: ssurveys, handle: sv.Create},
		{method: "GET", path: "/v1/surveys/:survey", scopes: read, handle: sv.Get},
		{method: "PUT", path: "/v1/surveys/:survey", scopes: ssurveys, handle: sv.Put},
		{method: "DELETE", path: "/v1/surveys/:survey", scopes: ssurveys, handle: sv.Delete},
		{method: "POST", path: "/v1/surveys/:survey/publish", scopes: ssurveys, handle: sv.Publish},
		{method: "POST", path: "/v1/surveys/:survey/close", scopes: ssurveys, handle: sv.Close},
		{method: "GET", path: "/v1/surveys/:survey/links", scopes: read, handle: links.List},
		{method: "POST", path: "/v1/surveys/:survey/links", scopes: ssurveys, handle: links.Create},
		{method: "DELETE", path: "/v1/surveys/:survey/links/:link", scopes: ssurveys, handle: links.Delete},
		{method: "POST", path: "/v1/surveys/:survey/preview", scopes: ssurveys, handle: links.CreatePreview},

		{method: "POST", path: "/v1/responses", scopes: answers, handle: rs.Create},
		{method: "POST", path: "/v1/responses/batch", scopes: answers, streams: true, handle: rs.Batch},
		{method: "GET", path: "/v1/responses", scopes: read, handle: rs.List},
		{method: "GET", path: "/v1/responses/export.ndjson", scopes: read, handle: rs.Export(responses.NDJSON)},
		{method: "GET", path: "/v1/responses/export.csv", scopes: read, handle: rs.Export(responses.CSV)},
		{method: "GET", path: "/v1/responses/:response", scopes: read, handle: rs.Get},
		{method: "PATCH", path: "/v1/responses/:response", scopes: ssurveys, handle: rs.Patch},
		{method: "DELETE", path: "/v1/responses/:response", scopes: ssurveys, handle: rs.Delete},

		{method: "POST", path: "/v1/files", scopes: ssurveys, limit: files.MaxForm, handle: fl.Create},
		{method: "GET", path: "/v1/files/:file", scopes: read, handle: fl.Get},

		{method: "GET", path: "/v1/settings", scopes: read, handle: settings.Get},
		{method: "PUT", path: "/v1/settings", scopes: admin, handle: settings.Put},

		{method: "GET", path: "/m/assets/live.js", handle: shared.Script},
		{method: "GET", path: "/m/:token", page: sorryMap, handle: shared.Get},

		{method: "GET", path: "/s/assets/page.js", handle: hosted.Script},
		{method: "GET", path: "/s/:token", page: sorrySurvey, before: look, handle: hosted.Get},
		{method: "POST", path: "/s/:token", page: sorrySurvey, before: []fiber.Handler{s.hand, hosted.Admit, s.upload}, limit: page.MaxBody, handle: hosted.Post},
		{method: "GET", path: "/s/:token/qr.svg", page: sorrySurvey, before: look, handle: hosted.QRSVG},
		{method: "GET", path: "/s/:token/qr.png", page: sorrySurvey, before: look, handle: hosted.QRPNG},
		{method: "GET", path: "/s/:token/files/:file", page: sorrySurvey, before: look, handle: hosted.File},

		{method: "GET", path: "/openapi.json", handle: s.serveDocument()},
		{method: "GET", path: "/docs", handle: s.serveDocs()},
		{method: "GET", path: "/livez", handle: s.live},
		{method: "GET", path: "/readyz", handle: s.ready},
		{method: "GET", path: "/metrics", handle: s.serveMetrics()},
	}
}

func (s *Server) routes(app *fiber.App) {
	s.described = s.table()
	for _, r := range s.described {
		if r.streams {
			s.streamed = append(s.streamed, r.path)
		}
		chain := s.chain(r)
		app.Add(r.method, r.path, chain...)
		if r.method == fiber.MethodGet {
			app.Add(fiber.MethodHead, r.path, chain...)
		}
	}
}

// chain is what a request to a route goes through.
func (s *Server) chain(r route) (chain []fiber.Handler) {
	keyed := len(r.scopes) > 0
	if keyed {
		chain = append(chain, s.need(r.scopes...))
	}
	if r.page != nil {
		chain = append(chain, s.page(r.page))
	}
	chain = append(chain, r.before...)
	if !r.streams {
		chain = append(chain, whole(cmp.Or(r.limit, rest.MaxBody)))
		if keyed && r.method == fiber.MethodPost { // a record belongs to a key
			chain = append(chain, s.idempotent)
		}
	}
	return append(chain, r.handle)
}

// What /livez and /readyz answer.
type (
	live struct {
		Status string `json:"status"`
	}
	ready struct {
		Status   string   `json:"status"`
		Degraded []string `json:"degraded"`
	}
	down struct {
		Status string   `json:"status"`
		Down   []string `json:"down"`
	}
)

func (s *Server) live(c *fiber.Ctx) error { return rest.Write(c, fiber.StatusOK, live{"ok"}) }

// ready answers 503 and names the store when that is down, and 200 with what
// is degraded otherwise.
func (s *Server) ready(c *fiber.Ctx) error {
	degraded, err := s.Ready(c.UserContext())
	if err != nil {
		s.Log.Warn("not ready", "error", err)
		return rest.Write(c, fiber.StatusServiceUnavailable, down{"down", []string{"store"}})
	}
	if degraded == nil {
		degraded = []string{}
	}
	return rest.Write(c, fiber.StatusOK, ready{"ok", degraded})
}
