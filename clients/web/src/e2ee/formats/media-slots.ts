/** What a device of a call sends: each has frame keys and a counter of its own. */

export const Slot = { microphone: 0, camera: 1, screen: 2, screenAudio: 3 } as const
export type Slot = (typeof Slot)[keyof typeof Slot]

export const SLOTS: readonly Slot[] = Object.values(Slot)

/** Whether its frames are VP8; those of the others are Opus. */
export const isVideo = (slot: Slot): boolean => slot === Slot.camera || slot === Slot.screen
