// Package mongo keeps links in MongoDB, under the contract of link.Store. It
// holds no rule of its own.
package mongo
