/**
 * The history beside the account: read back from other devices, and written for them.
 *
 * Most pages need neither for most of their life, so both are loaded when they do.
 */

import type { Histories } from "../account/backup"
import type { Device } from "../account/device"
import { INHERITED } from "../account/kept-archives"
import { OneAtATime } from "../account/one-at-a-time"
import type { Blobs } from "../protocol/blobs"
import { NotConnected } from "../protocol/errors"
import type { Archivist } from "./archive"
import type { ArchiveReader, Restoring } from "./archived"
import type { Clock } from "./bell"
import { passes } from "./failures"

/** How often it is looked for archives that were heard of since. */
const LOOK_MS = 60_000

export class Archives implements Histories {
  private readonly works = new OneAtATime()

  constructor(
    private readonly device: Device,
    private readonly blobs: Blobs,
    /** Told of each conversation that was filled. */
    private readonly changed: (conversation: string) => void,
  ) {}

  /** How far the history of other devices was read back. Throws `NotConnected`. */
  async progress(): Promise<Restoring> {
    return (await this.reader()).progress()
  }

  /** Archives what is not archived. Throws `Refused`, `NotConnected`: some of it is not. */
  write(): Promise<void> {
    return this.works.run(async () => {
      // Until the past is read back, nobody knows where this device's part begins.
      if ((await this.isTold()) && !(await (await this.reader()).isOver())) return
      const archivist = await this.archivist()
      for (const conversation of await archivist.behind()) await archivist.write(conversation)
    })
  }

  deleteRetired(): Promise<void> {
    return this.works.run(async () => (await this.archivist()).deleteRetired())
  }

  retireAll(): Promise<void> {
    return this.works.run(async () => (await this.archivist()).retireAll())
  }

  /** Reads back whatever this device is told of, until the signal is aborted. */
  async run(ready: (signal: AbortSignal) => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
    for (;;) {
      await ready(signal)
      if (await this.isTold()) await passes(() => this.works.run(async () => (await this.reader()).run()))
      await clock.pause(LOOK_MS, signal)
    }
  }

  /** Whether other devices have archived anything. */
  private async isTold(): Promise<boolean> {
    return (await this.device.vault.names(INHERITED)).length > 0
  }

  private async archivist(): Promise<Archivist> {
    const { Archivist } = await part(() => import("./archive"))
    return new Archivist(this.device, this.blobs)
  }

  private async reader(): Promise<ArchiveReader> {
    const { ArchiveReader } = await part(() => import("./archived"))
    return new ArchiveReader(this.device, this.blobs, this.changed)
  }
}

/** A part of the client, from the server. */
async function part<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch {
    throw new NotConnected("a part of the client could not be loaded")
  }
}
