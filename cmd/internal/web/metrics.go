package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Gauges are figures read when /metrics is asked.
type Gauges struct {
	Commits, Writes, FailedCommits, LargestCommit, Waiting float64
	OldestMarkSeconds                                      float64 // age of the oldest mark not rolled up; 0 without any
}

// metrics counts what the server does, under a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	refusals *prometheus.CounterVec
}

func (m *metrics) init() {
	m.registry = prometheus.NewRegistry()
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "waymark_request_seconds", Help: "Time to answer a request, by route and status.",
		Buckets: []float64{.001, .005, .02, .1, .5, 2, 10}}, []string{"method", "route", "status"})
	m.refusals = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "waymark_refusals_total", Help: "Requests refused, by status and reason."}, []string{"status", "reason"})
	m.registry.MustRegister(m.requests, m.refusals)
}

func (m *metrics) refused(status int, slug string) {
	m.refusals.WithLabelValues(strconv.Itoa(status), slug).Inc()
}

func (m *metrics) count(c *fiber.Ctx) error {
	began := time.Since(c.Context().Time())
	err := c.Next()
	if err != nil {
		// Written here, so that the status is known.
		if herr := c.App().ErrorHandler(c, err); herr != nil {
			return herr
		}
	}
	m.requests.WithLabelValues(c.Method(), c.Route().Path, strconv.Itoa(c.Response().StatusCode())).Observe((time.Since(c.Context().Time()) - began).Seconds())
	return nil
}

func (s *Server) serveMetrics() fiber.Handler {
	gauge := func(name, help string, read func(Gauges) float64) {
		s.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return read(s.Gauges()) }))
	}
	gauge("waymark_store_commits_total", "Group commits of the embedded store, each with one sync.", func(g Gauges) float64 { return g.Commits })
	gauge("waymark_store_writes_total", "Writes in those commits.", func(g Gauges) float64 { return g.Writes })
	gauge("waymark_store_commit_failures_total", "Commits that failed as a whole.", func(g Gauges) float64 { return g.FailedCommits })
	gauge("waymark_store_commit_group_largest", "Writes in the largest commit so far.", func(g Gauges) float64 { return g.LargestCommit })
	gauge("waymark_store_writes_waiting", "Writes that wait for a commit now.", func(g Gauges) float64 { return g.Waiting })
	gauge("waymark_rollup_oldest_mark_seconds", "Age of the oldest answer that scores do not show yet.", func(g Gauges) float64 { return g.OldestMarkSeconds })
	return adaptor.HTTPHandler(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
}
