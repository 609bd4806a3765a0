/** What people type for those who read a call; nothing of it is kept. */

import { signal } from "@preact/signals"
import type { Meeting } from "../call/meeting"
import { newUuid } from "../chat/room"
import type { Caption } from "../e2ee/formats/caption"
import type { Roster } from "../protocol/events"
import type { Outcome } from "./asked"
import type { CaptionLine, Captions } from "./call-models"
import { outcome } from "./outcome"

const MOST_LINES = 6

export class LiveCaptions implements Captions {
  readonly lines = signal<readonly CaptionLine[]>([])
  private line: string | undefined

  constructor(private readonly meeting: () => Meeting) {}

  write(text: string, isFinal: boolean): Promise<Outcome> {
    return outcome(async () => {
      this.line ??= newUuid((length) => crypto.getRandomValues(new Uint8Array(length)))
      const line = this.line
      if (isFinal) this.line = undefined
      await this.meeting().caption(line, text, isFinal)
    })
  }

  take(from: string, { line: id, text, final: isFinal }: Caption, roster: Roster | undefined): void {
    const handle = roster?.members.find(({ member }) => member === from)?.handle ?? ""
    const lines = this.lines.peek()
    const before = lines.find((line) => line.id === id)
    // A line is its writer's, and stays as it is once it is final.
    if (before !== undefined && (before.isFinal || before.handle !== handle)) return
    const now: CaptionLine = { id, handle, text, isFinal }
    this.lines.value = (
      before === undefined ? [...lines, now] : lines.map((line) => (line.id === id ? now : line))
    ).slice(-MOST_LINES)
  }
}
