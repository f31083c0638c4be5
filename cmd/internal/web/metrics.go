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
	OldestMarkSeconds                                      float64 // age of the oldest mark not rolled up; 0 without any, NaN where the store does not say
}

// NewLag makes the histogram of how long answers were stored before scores
// showed them: one observation a roll-up, of its oldest answer.
func NewLag() prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "waymark_rollup_lag_seconds", Help: "Time from an answer's storing to its roll-up, of the oldest answer of each roll-up.",
		Buckets: []float64{.1, .25, .5, 1, 2, 5, 15, 60, 600}})
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
	m.refusals = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "waymark_refusals_total", Help: "Requests and lines of batches refused, by status and reason."}, []string{"status", "reason"})
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

// figures hands the Gauges to a scrape, all read at one instant: reading them
// asks the store, so each scrape reads them once.
type figures struct {
	read func() Gauges
	all  []figure
}

type figure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(Gauges) float64
}

func newFigures(read func() Gauges) *figures {
	f := &figures{read: read}
	add := func(name, help string, kind prometheus.ValueType, of func(Gauges) float64) {
		f.all = append(f.all, figure{prometheus.NewDesc(name, help, nil, nil), kind, of})
	}
	add("waymark_store_commits_total", "Group commits of the embedded store, each with one sync.", prometheus.CounterValue, func(g Gauges) float64 { return g.Commits })
	add("waymark_store_writes_total", "Writes in those commits.", prometheus.CounterValue, func(g Gauges) float64 { return g.Writes })
	add("waymark_store_commit_failures_total", "Commits that failed as a whole.", prometheus.CounterValue, func(g Gauges) float64 { return g.FailedCommits })
	add("waymark_store_commit_group_largest", "Writes in the largest commit so far.", prometheus.GaugeValue, func(g Gauges) float64 { return g.LargestCommit })
	add("waymark_store_writes_waiting", "Writes that wait for a commit now.", prometheus.GaugeValue, func(g Gauges) float64 { return g.Waiting })
	add("waymark_rollup_oldest_mark_seconds", "Age of the oldest answer that scores do not show yet.", prometheus.GaugeValue, func(g Gauges) float64 { return g.OldestMarkSeconds })
	return f
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, x := range f.all {
		to <- x.desc
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(to chan<- prometheus.Metric) {
	g := f.read()
	for _, x := range f.all {
		to <- prometheus.MustNewConstMetric(x.desc, x.kind, x.of(g))
	}
}

func (s *Server) serveMetrics() fiber.Handler {
	s.metrics.registry.MustRegister(newFigures(s.Gauges))
	if s.Lag != nil {
		s.metrics.registry.MustRegister(s.Lag)
	}
	return adaptor.HTTPHandler(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
}
