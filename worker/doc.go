// Package worker does what happens after an answer: it rolls answers up into
// cells, carried by Asynq.
//
// Flow: a durable change tells the Notifier, which only notes the survey; a
// few times a second it enqueues one task for each noted survey, so a
// thousand answers a second mean a handful of tasks. The handler rolls the
// survey up until no mark is left. The Sweep, under one lease in the store,
// enqueues what the queue forgot.
//
// Invariant: the queue holds no truth. A task names a survey and nothing else;
// losing all of them loses nothing, since the marks lie with the responses,
// and doing one twice changes nothing.
package worker
