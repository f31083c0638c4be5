package picture

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	scale "golang.org/x/image/draw"
)

// eight gives a picture of eight bits a channel.
func eight(m image.Image) image.Image {
	switch m.(type) {
	case *image.Gray16, *image.RGBA64, *image.NRGBA64, *image.NYCbCrA:
		to := image.NewNRGBA(m.Bounds())
		draw.Draw(to, to.Bounds(), m, m.Bounds().Min, draw.Src)
		return to
	}
	return m
}

// encode gives the best encoding that fits into MaxBytes: of a photograph a
// JPEG, of anything else a PNG, which loses nothing, or else a JPEG. Where
// none fits it is made smaller.
func encode(m image.Image, photo bool) (format string, raw []byte, err error) {
	o, ok := m.(interface{ Opaque() bool })
	opaque := ok && o.Opaque()
	if photo && !opaque {
		photo = false
	}
	var b bytes.Buffer
	for {
		type attempt func() error
		asJPEG := func(quality int) attempt {
			return func() error { return jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}) }
		}
		asPNG := func(l png.CompressionLevel) attempt {
			return func() error { return (&png.Encoder{CompressionLevel: l}).Encode(&b, m) }
		}
		pngs, jpegs := []attempt{asPNG(png.DefaultCompression), asPNG(png.BestCompression)}, []attempt{asJPEG(90), asJPEG(80), asJPEG(65)}
		tries := map[string][]attempt{"png": pngs, "jpeg": jpegs}
		order := []string{"png", "jpeg"}
		if photo {
			order = []string{"jpeg"}
		} else if !opaque {
			order = []string{"png"}
		}
		for _, format := range order {
			for _, try := range tries[format] {
				b.Reset()
				if err := try(); err != nil {
					return "", nil, err
				}
				if b.Len() <= MaxBytes {
					return format, b.Bytes(), nil
				}
			}
		}
		m = smaller(m)
	}
}

// smaller gives three quarters of a picture's sides.
func smaller(m image.Image) image.Image {
	to := image.NewNRGBA(image.Rect(0, 0, max(1, m.Bounds().Dx()*3/4), max(1, m.Bounds().Dy()*3/4)))
	scale.ApproxBiLinear.Scale(to, to.Bounds(), m, m.Bounds(), draw.Src, nil)
	return to
}
