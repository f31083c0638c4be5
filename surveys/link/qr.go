package link

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	qrcode "github.com/skip2/go-qrcode"
)

// quiet is the white border that scanners need, in modules, ISO/IEC 18004 §6.3.8.
const quiet = 4

// Bounds of the pixels that a module of a PNG has on a side. The largest code
// has 177 modules, so a picture never has more than some 7,000 pixels a side.
const (
	minScale = 1
	maxScale = 40
)

// svgModule is how large a module of an SVG is where nobody says.
const svgModule = 8

// QRSVG draws an address as a QR code, black on white with its quiet zone. It
// can be read with about 15 % of it covered (level M). An address that no code
// can hold, of more than about 2,300 bytes, is an error.
func QRSVG(url string) ([]byte, error) {
	modules, err := code(url)
	if err != nil {
		return nil, err
	}
	side := len(modules) + 2*quiet
	b := fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`,
		side*svgModule, side*svgModule, side, side, side, side)
	for y, row := range modules {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if n := x - from; n > 0 {
				b = append(b, 'M')
				b = strconv.AppendInt(b, int64(from+quiet), 10)
				b = append(b, ' ')
				b = strconv.AppendInt(b, int64(y+quiet), 10)
				b = append(b, 'h')
				b = strconv.AppendInt(b, int64(n), 10)
				b = append(b, 'v', '1', 'h')
				b = strconv.AppendInt(b, int64(-n), 10)
				b = append(b, 'z')
			}
		}
	}
	return append(b, `"/></svg>`...), nil
}

// QRPNG is QRSVG as a PNG, with so many pixels to a module.
func QRPNG(url string, scale int) ([]byte, error) {
	modules, err := code(url)
	if err != nil {
		return nil, err
	}
	scale = min(max(scale, minScale), maxScale)
	side := (len(modules) + 2*quiet) * scale
	m := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y, row := range modules {
		line := m.Pix[(y+quiet)*scale*m.Stride:][:side]
		for x, black := range row {
			if black {
				for i := range scale {
					line[(x+quiet)*scale+i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(m.Pix[((y+quiet)*scale+i)*m.Stride:][:side], line)
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		return nil, fmt.Errorf("encoding a QR code: %w", err)
	}
	return b.Bytes(), nil
}

// code gives the modules of a code without a border, true for black.
func code(url string) ([][]bool, error) {
	q, err := qrcode.New(url, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("making a QR code: %w", err)
	}
	q.DisableBorder = true
	return q.Bitmap(), nil
}
