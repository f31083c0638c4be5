// Package picture takes pictures of strangers: PNG, JPEG and WebP, within the
// Limits of whoever asks for one.
//
// Flow: Head refuses by what a picture declares, before anything is decoded;
// Clean decodes it, turns it upright and encodes it again, as PNG or JPEG.
//
// Invariant: what Clean gives holds pixels and nothing else, so that where and
// by whom a photograph was taken is not told, and it is within the Limits.
package picture
