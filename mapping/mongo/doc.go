// Package mongo keeps maps, their versions and shares in MongoDB, under the
// contract of mapping.Store. It holds no rule of its own.
package mongo
