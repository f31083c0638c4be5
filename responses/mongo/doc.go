// Package mongo keeps responses in MongoDB, under the contract of
// responses.Store. It holds no rule of its own. The mark lies in the
// response's own document as mark_key (workspace/survey) and mark_since,
// unset when rolled up, so that a sparse index holds marks only.
package mongo
