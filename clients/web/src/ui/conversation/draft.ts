/** What stays in the field once its text is sent: what was written while it was being stored. */
export function leftOf(now: string, sent: string): string {
  return now.startsWith(sent) ? now.slice(sent.length) : now
}
