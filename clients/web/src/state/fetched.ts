/**
 * Files that were fetched while a conversation is looked at, so that none is fetched again
 * by scrolling. In memory alone, bounded, gone with the conversation.
 */

/** Octets that are held at most; of files beyond them the oldest go. */
const MAX_BYTES = 32 * 1024 * 1024

interface File {
  readonly content: Promise<Blob>
  /** 0 while it is fetched. */
  size: number
}

export class Fetched {
  private readonly files = new Map<string, File>()

  /** The file of a message: fetched once, also when it is asked for twice meanwhile. */
  get(message: string, fetch: () => Promise<Blob>): Promise<Blob> {
    const known = this.files.get(message)
    if (known !== undefined) return known.content
    const file = { content: fetch(), size: 0 }
    this.files.set(message, file)
    file.content.then(
      ({ size }) => {
        file.size = size
        this.letGo()
      },
      () => this.files.delete(message),
    )
    return file.content
  }

  private letGo(): void {
    let held = 0
    for (const { size } of this.files.values()) held += size
    for (const [message, { size }] of this.files) {
      if (held <= MAX_BYTES) return
      this.files.delete(message)
      held -= size
    }
  }
}
