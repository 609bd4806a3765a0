/** When a review can be signed off. */

import type { ReviewedNeed } from "./review-models"

/** How many points whoever reviews has not noted as met; one that need not be there may be noted as it is. */
export function unmet(needs: readonly Pick<ReviewedNeed, "optional" | "mine">[]): number {
  return needs.filter(({ optional, mine }) => mine === undefined || (!mine.met && !optional)).length
}
