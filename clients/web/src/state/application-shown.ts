/** What the server tells of applications, as screens show it. */

import type { ApplicationView, NeedView, ReviewCase as ReviewView } from "../protocol/events"
import type { Application, Finding, Need } from "./application-models"
import type { ReviewCase } from "./review-models"

/** Names of documents on this device, by blob. */
export type DocumentNames = ReadonlyMap<string, string>

export function applicationShown(view: ApplicationView, names: DocumentNames): Application {
  const { application, type, standing, needs, signed_off: signedOff, at, reason } = view
  return {
    ...{ application, type, standing, signedOff, at: new Date(at), reason: reason ?? undefined },
    needs: needs.map((each) => needShown(each, names)),
  }
}

export function reviewShown({ view, handle, mine, others, missing }: ReviewView): ReviewCase {
  const { application, type, standing, signedOff, at, needs } = applicationShown(view, new Map())
  return { application, type, standing, handle, submittedAt: at, needs, mine, others, signedOff, missing }
}

function needShown(view: NeedView, names: DocumentNames): Need {
  const { need, group, way, optional, state, since, documents, minutes, finding } = view
  return {
    ...{ need, way, optional, state },
    group: group ?? undefined,
    since: since ?? undefined,
    documents: documents.map(({ document, size, blob }) => ({ document, size, name: names.get(blob) })),
    minutes: minutes ?? undefined,
    finding: finding === null ? undefined : found(finding),
  }
}

const found = ({ until, since, ...rest }: NonNullable<NeedView["finding"]>): Finding => ({
  ...rest,
  until: until ?? undefined,
  since: since ?? undefined,
})
