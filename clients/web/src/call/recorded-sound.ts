/** The one sound of a recording: everybody who is heard, and one's own microphone. */

export class RecordedSound {
  private readonly context = new AudioContext()
  private readonly mix = this.context.createMediaStreamDestination()
  private readonly sources = new Map<MediaStreamTrack, MediaStreamAudioSourceNode>()

  /** Mixes these from now on, and no others. */
  hear(tracks: readonly MediaStreamTrack[]): void {
    for (const [track, source] of this.sources) {
      if (tracks.includes(track)) continue
      source.disconnect()
      this.sources.delete(track)
    }
    for (const track of tracks) {
      if (this.sources.has(track) || track.readyState !== "live") continue
      const source = this.context.createMediaStreamSource(new MediaStream([track]))
      source.connect(this.mix)
      this.sources.set(track, source)
    }
  }

  /** A browser lets nothing sound before somebody has touched the page; by now they have. */
  async begin(): Promise<void> {
    await this.context.resume()
  }

  track(): MediaStreamTrack | undefined {
    return this.mix.stream.getAudioTracks()[0]
  }

  close(): void {
    this.hear([])
    void this.context.close()
  }
}
