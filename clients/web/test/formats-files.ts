/** Files: streams, attachments, pictures; and what recovery words and Argon2id make. */

import { concatBytes } from "@noble/hashes/utils.js"
import { type Argon2Cost, argon2id } from "../src/e2ee/formats/argon2"
import {
  AttachmentDecryptor,
  AttachmentEncryptor,
  type AttachmentReference,
  checkReference,
  cleanName,
} from "../src/e2ee/formats/attachments"
import { pictureType, UnreadablePicture, withoutMetadata } from "../src/e2ee/formats/picture-metadata"
import { deriveResume, newResumeWords, openPlace, sealPlace } from "../src/e2ee/formats/resume-words"
import { SecretStream } from "../src/e2ee/formats/secretstream"
import { checkWord, lookupSecret, toEntropy, toWords, UnknownWord } from "../src/e2ee/formats/words"
import { base64, drawn, type Fields, type Json, octetsOf, type Verbs } from "./wire"

const referenceOf = (value: Json | undefined): AttachmentReference => {
  const { blob, key, sha256, size, mediaType, name } = value as Fields
  return checkReference({
    blob: octetsOf(blob),
    key: octetsOf(key),
    sha256: octetsOf(sha256),
    size: size as number,
    mediaType: mediaType as string,
    name: name as string,
  })
}

function* cut(octets: Uint8Array, step: Json | undefined): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += step as number) yield octets.subarray(at, at + (step as number))
}

function encryptFile(fields: Fields): Json {
  const encryptor = new AttachmentEncryptor(drawn(fields.random), (fields.maxBytes as number | undefined) ?? undefined)
  const pieces = []
  for (const piece of cut(octetsOf(fields.file), fields.step)) pieces.push(...encryptor.update(piece))
  pieces.push(...encryptor.finish())
  const { blob, key, sha256, ...rest } = encryptor.reference(
    octetsOf(fields.blob),
    fields.mediaType as string,
    fields.name as string,
  )
  return {
    sealed: base64(concatBytes(...pieces)),
    reference: { blob: base64(blob), key: base64(key), sha256: base64(sha256), ...rest },
  }
}

function decryptFile({ reference, sealed, step }: Fields): Json {
  const decryptor = new AttachmentDecryptor(referenceOf(reference))
  const pieces = []
  for (const piece of cut(octetsOf(sealed), step)) pieces.push(...decryptor.update(piece))
  decryptor.finish()
  return base64(concatBytes(...pieces))
}

function streamPush({ key, header, messages }: Fields): Json {
  const stream = new SecretStream(octetsOf(key), octetsOf(header))
  return (messages as Fields[]).map(({ plaintext, tag, additional }) =>
    base64(stream.push(octetsOf(plaintext), tag as number, octetsOf(additional))),
  )
}

function streamPull({ key, header, messages }: Fields): Json {
  const stream = new SecretStream(octetsOf(key), octetsOf(header))
  return (messages as Fields[]).map(({ message, additional }) => {
    const opened = stream.pull(octetsOf(message), octetsOf(additional))
    return opened === undefined ? null : { plaintext: base64(opened.plaintext), tag: opened.tag }
  })
}

function picture({ octets }: Fields): Json {
  const type = pictureType(octetsOf(octets)) ?? null
  try {
    return { type, cleaned: base64(withoutMetadata(octetsOf(octets))) }
  } catch (error) {
    if (error instanceof UnreadablePicture) return { type, cleaned: null }
    throw error
  }
}

async function entropyOf({ typed }: Fields): Promise<Json> {
  try {
    return { entropy: base64(await toEntropy(typed as string)) }
  } catch (error) {
    if (!(error instanceof UnknownWord)) throw error
    return { position: error.position, near: [...error.near], message: error.message }
  }
}

async function resumeKeys({ typed, server }: Fields): Promise<Json> {
  const stretch = (secret: Uint8Array, salt: Uint8Array, cost: Argon2Cost) =>
    Promise.resolve(argon2id(secret, salt, cost))
  const { lookup, key } = await deriveResume(typed as string, octetsOf(server), stretch)
  return { lookup: base64(lookup), key: base64(key) }
}

/** Keys that only open and seal: nothing is looked up by them here. */
const sealingKeys = (key: Json | undefined) => ({ lookup: new Uint8Array(32), key: octetsOf(key) })

export const files: Verbs = {
  resumeKeys,
  resumeWords: ({ random }) => newResumeWords(drawn(random)),
  sealPlace: ({ key, account, seed, random }) => {
    const place = { accountId: octetsOf(account), accountPrivate: octetsOf(seed) }
    return base64(sealPlace(sealingKeys(key), place, drawn(random)))
  },
  openPlace: ({ key, sealed }) => {
    const { accountId, accountPrivate } = openPlace(sealingKeys(key), octetsOf(sealed))
    return { account: base64(accountId), seed: base64(accountPrivate) }
  },
  streamPush,
  streamPull,
  encryptFile,
  decryptFile,
  picture,
  entropyOf,
  cleanName: ({ name }) => cleanName(name as string),
  wordsOf: ({ entropy }) => toWords(octetsOf(entropy)),
  checkWord: async ({ word }) => (await checkWord(word as string)) ?? null,
  lookupSecret: ({ entropy }) => base64(lookupSecret(octetsOf(entropy))),
  argon2id: ({ secret, salt, passes, memoryKibibytes }) =>
    base64(
      argon2id(octetsOf(secret), octetsOf(salt), {
        passes: passes as number,
        memoryKibibytes: memoryKibibytes as number,
      }),
    ),
}
