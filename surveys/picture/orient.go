package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
)

// upright is a picture that needs no turning. Cameras write how they were held
// beside the pixels (EXIF 0x0112, 1 to 8); encoding again drops that, so the
// pixels are turned instead.
const upright = 1

// orientation finds how a JPEG is to be turned.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		marker, size := raw[at+1], int(binary.BigEndian.Uint16(raw[at+2:]))
		if size < 2 || at+2+size > len(raw) || marker == 0xda { // the pixels begin
			break
		}
		if body, ok := bytes.CutPrefix(raw[at+4:at+2+size], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return fromTIFF(body)
		}
		at += 2 + size
	}
	return upright
}

func fromTIFF(b []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(b) < 8:
		return upright
	case b[0] == 'M':
		order = binary.BigEndian
	}
	const entry = 12
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return upright
	}
	n := int64(order.Uint16(b[at:]))
	for i := range n {
		e := at + 2 + i*entry
		if e+entry > int64(len(b)) {
			break
		}
		if order.Uint16(b[e:]) == 0x0112 {
			if v := int(order.Uint16(b[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			break
		}
	}
	return upright
}

// turned gives the picture as orientation o shows it.
func turned(m image.Image, o int) image.Image {
	if o == upright {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Bounds(), m, m.Bounds().Min, draw.Src)
	size := from.Bounds()
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch o {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			to.SetRGBA(tx, ty, from.RGBAAt(x, y))
		}
	}
	return to
}
