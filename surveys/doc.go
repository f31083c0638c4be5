// Package surveys holds survey definitions: drafts, published versions, the
// question types with their rules, and which stage of which map a survey is
// bound to.
//
// Flow: a draft is saved as it was sent; publishing checks it whole, computes
// its series (what counts as the same wording) and freezes it as a Version;
// taking answers asks Head for the state of now and checks against the Version.
// Compiled is a Version made ready: Groups says what is asked together, Judge
// checks answers and follows them through the logic, Prune leaves away what is not
// asked, and Calculated, Quotas, Thanks and Fill say what follows from them.
//
// Invariant: a published Version never changes. The current one lies inside
// the survey's own document, so publishing is one compare-and-set; older ones
// are archived before they are replaced.
package surveys
