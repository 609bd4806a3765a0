/** What is asked of every screen as it stands: one line for each thing that is wrong. */

import axe from "axe-core"

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
/** Below it the parts of a screen need more than the window: more than the 22rem of `Shell.module.css`. */
const LOW = 384
const PRESSED = "a[href], button, input, select, textarea, summary, [tabindex='0']"

export async function violations(): Promise<readonly string[]> {
  return problems({ type: "tag", values: TAGS })
}

/** Of those, what can be another in another theme: it changes colours, and nothing else. */
export async function colours(): Promise<readonly string[]> {
  return problems({ type: "rule", values: ["color-contrast", "link-in-text-block"] })
}

/** What a theme is made of: every custom property that any style names, as the page has it now. */
export function tokens(): readonly string[] {
  const names = new Set(Array.from(document.styleSheets).flatMap((sheet) => named(sheet.cssRules)))
  const style = getComputedStyle(document.documentElement)
  return [...names].sort().map((name) => `${name}: ${style.getPropertyValue(name)}`)
}

function named(rules: CSSRuleList): readonly string[] {
  return Array.from(rules).flatMap((rule) => [
    ...(rule instanceof CSSStyleRule ? Array.from(rule.style).filter((name) => name.startsWith("--")) : []),
    ...("cssRules" in rule ? named(rule.cssRules as CSSRuleList) : []),
  ])
}

/** Text of less than 7 : 1. */
export async function faint(): Promise<readonly string[]> {
  return problems({ type: "rule", values: ["color-contrast-enhanced"] })
}

async function problems(runOnly: axe.RunOnly): Promise<readonly string[]> {
  const found = await axe.run(document, { runOnly, resultTypes: ["violations"] })
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary ?? ""}`),
  )
}

/** What is wider than its place in windows of these widths and heights, at each size of the text (100 or 200). */
export async function overflowsIn(
  windows: readonly (readonly [number, number])[],
  percents: readonly number[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const [width, height] of windows) {
    await fillWindow(width, height)
    for (const percent of percents) {
      document.documentElement.dataset["text"] = String(percent)
      found.push(...overflows().map((wide) => `${width} × ${height}, ${percent} %: ${wide}`))
    }
  }
  return found
}

/** Has the frame that the gallery stands in be a window of this size, and waits for what listens to that. */
export async function fillWindow(width: number, height: number): Promise<void> {
  if (innerWidth === width && innerHeight === height) return
  const resized = new Promise((resolve) => addEventListener("resize", resolve, { once: true }))
  frameElement?.setAttribute("width", String(width))
  frameElement?.setAttribute("height", String(height))
  await resized
  // Media queries are evaluated after that event and before the next frame's callbacks.
  await new Promise((resolve) => requestAnimationFrame(resolve))
}

/** What is wider than its place. */
export function overflows(): readonly string[] {
  const page = document.documentElement
  const places = document.querySelectorAll("main, nav, header, dialog, [role=log]")
  // A screen of the window's height scrolls within itself, unless text is so large or the
  // window so low that it holds less than its frame: then the page scrolls, downwards only.
  const isRoomy = page.dataset["text"] !== "200" && innerHeight >= LOW
  const isFilled = isRoomy && document.querySelector("main[data-filled=true]") !== null
  const tall = isFilled && page.scrollHeight > page.clientHeight ? [`page: ${page.scrollHeight} high`] : []
  return [page, ...places]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + (clientWidth === page.clientWidth ? 0 : 1))
    .map((place) => `${nameOf(place)}: ${place.scrollWidth} > ${place.clientWidth}`)
    .concat(tall)
}

/** What is pressed and smaller than `least` CSS pixels; a link in a sentence may be (WCAG 2.5.8). */
export function small(least: number): readonly string[] {
  return Array.from(document.querySelectorAll<HTMLElement>(PRESSED)).flatMap((element) => {
    const { width, height } = (element.closest("label") ?? element).getBoundingClientRect()
    const { visibility, display } = getComputedStyle(element)
    const isThere = width > 1 && height > 1 && visibility !== "hidden"
    const isInSentence = element.tagName === "A" && display === "inline"
    return isThere && !isInSentence && (width < least || height < least)
      ? [`${nameOf(element)}: ${width} × ${height}`]
      : []
  })
}

/** Forms that ask for a passphrase and do not say whose it is. */
export function passphrases(): readonly string[] {
  return Array.from(document.querySelectorAll<HTMLInputElement>("input[type=password]")).flatMap((input) => {
    const names = Array.from(input.form?.querySelectorAll("[autocomplete=username]") ?? [])
    const isNamed = names.some((name) => name.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING)
    return isNamed ? [] : [nameOf(input)]
  })
}

/** A name that was set apart from its sentence twice. */
export function isolatedTwice(): readonly string[] {
  return Array.from(document.body.textContent.matchAll(/\u2068\u2068[^\u2068\u2069]*\u2069\u2069/g), ([found]) => found)
}

/** What moves, although somebody asked their device that nothing does. */
export function moves(): readonly string[] {
  return Array.from(document.querySelectorAll("body *")).flatMap((element) => {
    const styles = [undefined, "::before", "::after"].map((part) => getComputedStyle(element, part))
    const isMoving = styles.some(
      ({ transitionDuration, animationName }) => /[1-9]/.test(transitionDuration) || animationName !== "none",
    )
    return isMoving ? [nameOf(element)] : []
  })
}

const walked = new Set<Element>()
let latest: Element | undefined
let noted: string[] = []
let isOver = true

/** Begins to walk through a screen: each press of Tab from now on is noted. */
export function begin(): void {
  walked.clear()
  latest = undefined
  noted = []
  isOver = false
}

/** How many elements had the focus, and what is wrong with them; undefined before it has been everywhere. */
export function walk(): readonly [number, readonly string[]] | undefined {
  return isOver ? [walked.size, noted] : undefined
}

addEventListener("keydown", stay, { capture: true })
addEventListener("keyup", note, { capture: true })

/** Once it is over, the focus stays at the edge, however often Tab is pressed. */
function stay(event: KeyboardEvent): void {
  if (event.key === "Tab" && walked.size > 0 && isOver) event.preventDefault()
}

/** The focus is where the press led, and that is scrolled to. */
function note(event: KeyboardEvent): void {
  if (event.key !== "Tab" || isOver) return
  const found = focused()
  if (found !== undefined) noted.push(...found)
  // Backwards, the first press leads from the edge of the page past it.
  else if (walked.size > 0) isOver = true
}

/** What is wrong with how the focus is seen; undefined once it has been everywhere. */
function focused(): readonly string[] | undefined {
  const element = document.activeElement
  // Within a time, the focus goes from part to part.
  const isWithin = element !== null && element === latest
  if (!element || element === document.body || (walked.has(element) && !isWithin)) return undefined
  walked.add(element)
  latest = element
  const box = element.getBoundingClientRect()
  const label = element.closest("label")
  const isInView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
  const top = document.elementFromPoint(
    within(box.left + box.width / 2, innerWidth),
    within(box.top + Math.min(box.height / 2, 20), innerHeight),
  )
  const isOnTop = top !== null && (element.contains(top) || top.contains(element) || label?.contains(top) === true)
  const hasRing = [element, label].some((each) => each !== null && ring(each) >= 2)
  return [isInView ? "" : "out of view", isOnTop ? "" : "covered", hasRing ? "" : "no ring"]
    .filter(Boolean)
    .map((problem) => `${nameOf(element)}: ${problem}`)
}

/** What is reached before the way out: within the dialog, where there is one. */
export function beforeExit(): readonly string[] {
  const place = document.querySelector("dialog[open]") ?? document.body
  const first = place.querySelector(PRESSED)?.textContent ?? ""
  return first === "Exit now" ? [] : [first]
}

function ring(element: Element): number {
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  return outlineStyle === "none" ? 0 : parseFloat(outlineWidth)
}

function within(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1)
}

function nameOf(element: Element): string {
  return `${element.tagName} ${element.className} ${(element.ariaLabel ?? element.textContent).slice(0, 30)}`
}
