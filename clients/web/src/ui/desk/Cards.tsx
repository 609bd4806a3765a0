import { useEffect, useState } from "preact/hooks"
import { words } from "../words"
import css from "./Cards.module.css"
import { type Card, type CardFile, cardsIn } from "./card-files"
import { say } from "./words"

export interface CardsProps {
  /** Puts a sentence where one writes; undefined while there is nowhere to. */
  readonly onWords: ((text: string) => void) | undefined
}

/** What helps in a kind of talk; one card is open at a time. */
export function Cards({ onWords }: CardsProps) {
  const file = useCards()
  if (file === undefined) return null
  return (
    <div class={css.cards}>
      {file.cards.map((card) => (
        <details key={card.id} name="card" class={css.card}>
          <summary>{card.title}</summary>
          <Inside card={card} onWords={onWords} />
        </details>
      ))}
      <p class={css.small}>{checkedWords(file)}</p>
    </div>
  )
}

/** One card, open. */
export function OneCard({ id }: { readonly id: string }) {
  const file = useCards()
  const card = file?.cards.find((each) => each.id === id)
  if (file === undefined || card === undefined) return null
  return (
    <section class={css.one}>
      <h2>{card.title}</h2>
      <Inside card={card} onWords={undefined} />
      <p class={css.small}>{checkedWords(file)}</p>
    </section>
  )
}

function Inside({ card, onWords }: CardsProps & { readonly card: Card }) {
  return (
    <div class={css.inside}>
      <p class={css.small}>{card.when}</p>
      <ul class={css.steps}>
        {card.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      {card.words.length > 0 && (
        <>
          <p class={css.label}>{say("cards.words")}</p>
          <ul role="list" class={css.words}>
            {card.words.map((text) => (
              <li key={text}>
                {onWords ? (
                  <button type="button" onClick={() => onWords(text)}>
                    {text}
                  </button>
                ) : (
                  <q>{text}</q>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <p class={css.label}>{say("cards.avoid")}</p>
      <p>{card.avoid}</p>
    </div>
  )
}

/** In the language of the page. */
function useCards(): CardFile | undefined {
  const { language } = words()
  const [file, setFile] = useState<CardFile>()
  useEffect(() => {
    let wanted = true
    void cardsIn(language).then((loaded) => wanted && setFile(loaded))
    return () => {
      wanted = false
    }
  }, [language])
  return file
}

function checkedWords({ version, checked_by: by, checked_on: on }: CardFile): string {
  if (by === null || on === null) return say("cards.unchecked", { version })
  return say("cards.checked", { version, name: by, day: words().date(new Date(on), { dateStyle: "medium" }) })
}
