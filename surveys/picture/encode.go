package picture

import (
	"bytes"
	"errors"
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

// patience is up to how many pixels a PNG is pressed a second time, harder: it
// takes long and gains little.
const patience = 4 << 20

// encode gives the best encoding that fits into the limit of bytes: of a
// photograph a JPEG, of anything else a PNG, which loses nothing, or else a
// JPEG. Where none fits it is made smaller.
func (l Limits) encode(m image.Image, photo bool) (format string, raw []byte, as image.Image, err error) {
	o, ok := m.(interface{ Opaque() bool })
	opaque := ok && o.Opaque()
	if photo && !opaque {
		photo = false
	}
	for {
		type attempt func(*bounded) error
		asJPEG := func(quality int) attempt {
			return func(b *bounded) error { return jpeg.Encode(b, m, &jpeg.Options{Quality: quality}) }
		}
		asPNG := func(l png.CompressionLevel) attempt {
			return func(b *bounded) error { return (&png.Encoder{CompressionLevel: l}).Encode(b, m) }
		}
		pngs, jpegs := []attempt{asPNG(png.DefaultCompression)}, []attempt{asJPEG(90), asJPEG(80), asJPEG(65)}
		if m.Bounds().Dx()*m.Bounds().Dy() <= patience {
			pngs = append(pngs, asPNG(png.BestCompression))
		}
		tries := map[string][]attempt{"png": pngs, "jpeg": jpegs}
		order := []string{"png", "jpeg"}
		if photo {
			order = []string{"jpeg"}
		} else if !opaque {
			order = []string{"png"}
		}
		for _, format := range order {
			for _, try := range tries[format] {
				b := bounded{most: l.Bytes}
				switch err := try(&b); {
				case err == nil:
					return format, b.Bytes(), m, nil
				case !errors.Is(err, errFull):
					return "", nil, nil, err
				}
			}
		}
		m = smaller(m)
	}
}

// bounded takes so many bytes and then ends the encoding: what does not fit
// need not be pressed to its end.
type bounded struct {
	bytes.Buffer
	most int
}

var errFull = errors.New("no more bytes are taken")

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errFull
	}
	return b.Buffer.Write(p)
}

// smaller gives three quarters of a picture's sides.
func smaller(m image.Image) image.Image {
	to := image.NewNRGBA(image.Rect(0, 0, max(1, m.Bounds().Dx()*3/4), max(1, m.Bounds().Dy()*3/4)))
	scale.ApproxBiLinear.Scale(to, to.Bounds(), m, m.Bounds(), draw.Src, nil)
	return to
}
