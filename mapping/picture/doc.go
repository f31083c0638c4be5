// Package picture takes the pictures of maps: data: URLs of PNG, JPEG or WebP.
//
// Flow: Head refuses by what a picture declares, before anything is decoded;
// Clean decodes it and encodes it again, as the package picture of surveys does.
//
// Invariant: what Clean gives holds pixels and nothing else, and it is at most
// MaxBytes long.
package picture
