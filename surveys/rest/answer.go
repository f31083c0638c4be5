package rest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"waymark/surveys/ident"
)

// Tag gives the strong entity tag of a version.
func Tag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// Write answers v as JSON.
func Write(c *fiber.Ctx, status int, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(status).Send(b)
}

// OK answers v with the entity tag of its version, or 304 where a GET's
// If-None-Match names it.
func OK(c *fiber.Ctx, version int64, v any) error {
	tag := Tag(version)
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if NoneMatch(c, tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return Write(c, fiber.StatusOK, v)
}

// File answers a body with an entity tag made from it, or 304 where a GET's
// If-None-Match names it.
func File(c *fiber.Ctx, mediaType string, body []byte) error {
	sum := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if NoneMatch(c, tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, mediaType)
	return c.Status(fiber.StatusOK).Send(body)
}

// NoneMatch reports whether a GET or HEAD names the tag in If-None-Match.
func NoneMatch(c *fiber.Ctx, tag string) bool {
	m := c.Method()
	return (m == fiber.MethodGet || m == fiber.MethodHead) && noneMatch(c.Get(fiber.HeaderIfNoneMatch), tag)
}

func noneMatch(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/") // weak comparison, RFC 9110 §13.1.2
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}

// Created answers 201 with Location; version 0 sets no entity tag.
func Created(c *fiber.Ctx, location string, version int64, v any) error {
	c.Set(fiber.HeaderLocation, location)
	if version > 0 {
		c.Set(fiber.HeaderETag, Tag(version))
	}
	return Write(c, fiber.StatusCreated, v)
}

// Deleted answers 204.
func Deleted(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNoContent) }

// List answers {"data": …, "next": …} with a Link header; next is the zero
// Cursor at the end.
func List(c *fiber.Ctx, q url.Values, data any, next ident.Cursor) error {
	body := struct {
		Data any     `json:"data"`
		Next *string `json:"next"`
	}{Data: data}
	if !next.Zero() {
		s := next.String()
		body.Next = &s
		q2 := url.Values{}
		for k, v := range q {
			q2[k] = v
		}
		q2.Set("cursor", s)
		c.Set(fiber.HeaderLink, "<"+c.Path()+"?"+q2.Encode()+`>; rel="next"`)
	}
	return Write(c, fiber.StatusOK, body)
}
