// Package files keeps what people upload: the pictures and the logo of a
// workspace's pages, and the files of answers.
//
// Flow: Put tells by the bytes what something is, whatever it is called or
// said to be; pictures are decoded and encoded again, a PDF is only looked at
// from outside and never opened; what is left is stored with its engine. Open
// gives it to who has a key, Public gives pages their pictures.
//
// Invariants: what is stored is a PNG, a JPEG or a PDF, of at most MaxBytes; a
// picture holds pixels and nothing else, so that where it was taken is not
// told (of a PDF's insides nothing is promised, and it is never shown in our
// own pages). A name is made here and never its sender's. What came with an
// answer is never public, and goes with it: package responses sees to that. Two stores exist, in the packages sqlite and mongo;
// both pass storetest.
package files
