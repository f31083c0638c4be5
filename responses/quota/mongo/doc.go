// Package mongo keeps the slots of quotas in MongoDB: a document for each
// number that was ever handed out, whose _id holds the number, so that two
// processes cannot hand out the same one.
package mongo
