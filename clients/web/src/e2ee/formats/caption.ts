/**
 * The body of a content with what is being said in a call, typed for those who read.
 *
 * | `t`     | `b`                                                         |
 * |---------|-------------------------------------------------------------|
 * | caption | `call`, `line`, `text`, `final`, `of`?, `lang`?             |
 *
 * `line` stays the same while a line grows, and of each the last content holds; after one that
 * is `final` nothing changes it. `of` names the account of who speaks, undefined for whoever
 * typed it. Captions are of the moment: no device keeps them.
 */

import * as base64url from "./base64url"
import type { Kept, Written } from "./carried"
import type { Members } from "./ijson"
import { ID_BYTES } from "./requests"

/** Longest line, in Unicode code points. */
export const MAX_CAPTION_CHARACTERS = 500
/** Longest BCP 47 tag. */
export const MAX_CAPTION_LANGUAGE_CHARACTERS = 40

/** One line of captions as it stands now. */
export interface Caption extends Kept {
  readonly type: "caption"
  /** 16 octets. */
  readonly call: Uint8Array
  readonly line: string
  readonly text: string
  readonly final: boolean
  /** The account of who speaks. */
  readonly of?: string | undefined
  /** BCP 47 tag. */
  readonly lang?: string | undefined
}

/** The members of a body, without those that were kept. */
export function written({ call, line, text, final, of, lang }: Caption): Written {
  return { call: base64url.encode(call), line, text, final, of, lang }
}

export function readCaption(body: Members): Caption {
  return {
    type: "caption",
    call: body.octets("call", ID_BYTES),
    line: body.uuid("line"),
    text: body.text("text", MAX_CAPTION_CHARACTERS),
    final: body.flag("final"),
    of: body.optionalUuid("of"),
    lang: body.optionalText("lang", MAX_CAPTION_LANGUAGE_CHARACTERS),
    extra: body.rest(),
  }
}
