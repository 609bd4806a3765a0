/** Works that must not overlap: each begins when the one before has ended, well or badly. */
export class OneAtATime {
  private last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work)
    this.last = done.catch(() => undefined)
    return done
  }
}
