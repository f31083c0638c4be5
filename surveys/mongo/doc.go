// Package mongo keeps surveys in MongoDB, under the contract of
// surveys.Store. It holds no rule of its own. The _id is workspace/id, so
// that no look-up by id can leave its workspace.
package mongo
