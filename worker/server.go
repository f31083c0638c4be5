package worker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
)

// Server runs the handlers on tasks from Redis.
type Server struct {
	server *asynq.Server
	mux    *asynq.ServeMux
}

// concurrency is how many tasks run at once in one process.
const concurrency = 4

// NewServer makes a server on Redis with the roll-up's handler. complain takes
// what Asynq finds wrong, which is much while Redis is away.
func NewServer(redis asynq.RedisConnOpt, rollUps *RollUps, complain func(string), log *slog.Logger) *Server {
	mux := asynq.NewServeMux()
	mux.Handle(TypeRollUp, rollUps)
	return &Server{mux: mux, server: asynq.NewServer(redis, asynq.Config{
		Concurrency: concurrency,
		// An idle queue would sleep a second otherwise, which answers would be
		// late by.
		TaskCheckInterval: 50 * time.Millisecond,
		ShutdownTimeout:   10 * time.Second,
		Logger:            quiet{log, complain},
		LogLevel:          asynq.WarnLevel,
		ErrorHandler: asynq.ErrorHandlerFunc(func(_ context.Context, t *asynq.Task, err error) {
			log.Warn("a task failed", "type", t.Type(), "error", err)
		}),
	})}
}

// Start begins to take tasks.
func (s *Server) Start() error {
	if err := s.server.Start(s.mux); err != nil {
		return fmt.Errorf("starting the workers: %w", err)
	}
	return nil
}

// Stop ends taking tasks and waits for those that run.
func (s *Server) Stop() { s.server.Shutdown() }

// quiet hands Asynq's words to the program's log, and its complaints to complain.
type quiet struct {
	log      *slog.Logger
	complain func(string)
}

func (q quiet) Debug(args ...any) { q.log.Debug(fmt.Sprint(args...)) }
func (q quiet) Info(args ...any)  { q.log.Debug(fmt.Sprint(args...)) }
func (q quiet) Warn(args ...any)  { q.complain(fmt.Sprint(args...)) }
func (q quiet) Error(args ...any) { q.complain(fmt.Sprint(args...)) }
func (q quiet) Fatal(args ...any) { q.log.Error(fmt.Sprint(args...)) }
