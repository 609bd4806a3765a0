import assert from "node:assert/strict"
import { test } from "node:test"
import { AttachmentDecryptor, AttachmentEncryptor, CHUNK_BYTES, MAX_ATTACHMENT_BYTES } from "./attachments"
import { FormatError } from "./errors"
import { STREAM_HEADER_BYTES, STREAM_OVERHEAD_BYTES } from "./secretstream"

const SEALED_CHUNK_BYTES = CHUNK_BYTES + STREAM_OVERHEAD_BYTES
const blob = new Uint8Array(16)
const rng = (length: number) => new Uint8Array(length).fill(7)
const isMisuse = (error: unknown) => error instanceof FormatError && error.code === "mls.state.invalid_request"

test("a file of 10 MiB passes in pieces of one chunk, at most two held at a time", () => {
  const encryptor = new AttachmentEncryptor(rng)
  const part = new Uint8Array(CHUNK_BYTES - 1).fill(1)
  const sealed: Uint8Array[] = []
  let size = 0
  for (; size + part.length <= MAX_ATTACHMENT_BYTES; size += part.length) {
    const pieces = encryptor.update(part)
    assert.ok(pieces.length <= 1)
    sealed.push(...pieces)
  }
  for (const piece of encryptor.finish()) sealed.push(piece)
  assert.ok(sealed.every((piece) => piece.length <= STREAM_HEADER_BYTES + SEALED_CHUNK_BYTES))

  const decryptor = new AttachmentDecryptor(encryptor.reference(blob, "a/b", "file"))
  let opened = 0
  for (const piece of sealed) {
    const plain = decryptor.update(piece)
    assert.ok(plain.length <= 1)
    for (const octets of plain) {
      assert.ok(octets.every((octet) => octet === 1))
      opened += octets.length
    }
  }
  decryptor.finish()
  assert.equal(opened, size)
})

test("there is no reference before all of the ciphertext was taken", () => {
  const encryptor = new AttachmentEncryptor(rng)
  encryptor.update(new Uint8Array(CHUNK_BYTES + 1))
  assert.throws(() => encryptor.reference(blob, "a/b", "file"), isMisuse)
  const rest = encryptor.finish()
  rest.next()
  assert.throws(() => encryptor.reference(blob, "a/b", "file"), isMisuse)
  assert.throws(() => encryptor.update(new Uint8Array(1)), isMisuse)
  assert.throws(() => encryptor.finish().next(), isMisuse)
  for (const piece of rest) assert.ok(piece.length > 0)
  assert.equal(encryptor.reference(blob, "a/b", "file").size, CHUNK_BYTES + 1)
})
