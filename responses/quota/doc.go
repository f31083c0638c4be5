// Package quota hands out slots: so many responses may count for a quota of a
// survey, or come by a link with a limit, and not one more.
//
// Flow: package responses asks Slots for a slot for each Cap of a response
// before it stores the response as counted, and calls them sure when that is
// durable; a response that is deleted, marked suspect or answered otherwise
// gives its slots back. Where a key is full, Slots looks at the slots that are
// unsure for long: their holders may have gone with a crash.
//
// Invariant: a key never has more holders than its limit, and a holder has at
// most one slot of a key, whoever asks at the same time. Each slot is a row or
// document of its own with a number below the limit, so no transaction is
// needed on MongoDB, and neither taking nor freeing grows with the limit. A slot
// carries the stamp of whoever took it last, and only who knows it gives the slot
// back: of two changes of one response none takes away what the other needs.
package quota
