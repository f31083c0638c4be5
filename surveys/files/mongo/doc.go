// Package mongo keeps files in MongoDB, one document each, under the contract
// of files.Store. It holds no rule of its own.
package mongo
