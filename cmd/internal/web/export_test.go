package web

import "waymark/surveys/openapi"

// Routes gives method and path of every line of the table.
func (s *Server) Routes() [][2]string {
	var out [][2]string
	for _, r := range s.described {
		out = append(out, [2]string{r.method, template(r.path)})
	}
	return out
}

// Document gives the description and what is wrong with it.
func (s *Server) Document() (openapi.Document, []string) {
	return document(s.described, "/", domains())
}

// StatusOf gives the status of a problem.
func StatusOf(p openapi.Problem) int { return statuses[p.Kind] }
