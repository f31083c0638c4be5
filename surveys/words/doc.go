// Package words has the words of surveys that their authors do not write:
// buttons, the names of scales, refusals and the pages around a survey.
//
// Flow: In gives the words of a language, Choose the language of a visitor
// from what is known of him. A catalogue is one file, catalogue/{tag}.json;
// adding a language is adding a file, and the layout of its dates to layouts.
//
// Invariant: every catalogue has every word of the English one, with the same
// places to fill, and every plural form that its language has (words_test.go).
package words
