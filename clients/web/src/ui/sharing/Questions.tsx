import type { SharedPurpose, Sharing } from "../../state/sharing-models"
import { Confirm } from "../parts/Confirm"
import { namesOf } from "../words"
import { COMMON, say, sharingProblem } from "./words"

export interface QuestionProps {
  readonly sharing: Sharing
  readonly shown: SharedPurpose
  readonly onClose: () => void
}

/** All the words once more, where one press is too little. */
export function AgreeFirst({ sharing, shown, onClose }: QuestionProps) {
  const { purpose, version, recipients } = shown
  const hearing = recipients.filter(({ hearsOfCrises }) => hearsOfCrises).map(({ host }) => host)
  return (
    <Confirm
      title={say(`name.${purpose}`)}
      label={say("agree.do")}
      run={() => sharing.agree(purpose, version)}
      problemText={sharingProblem}
      onClose={onClose}
    >
      <p>
        {say(`consent.${purpose}.for`)} {say(`consent.${purpose}.leaves`)}
      </p>
      {hearing.length > 0 && <p>{say("agree.crises", { hosts: namesOf(hearing) })}</p>}
      {purpose === "chain" && <p>{say("agree.for_ever")}</p>}
      <ul>
        {COMMON.map((key) => (
          <li key={key}>{say(key)}</li>
        ))}
      </ul>
    </Confirm>
  )
}

/** What becomes of it, before it is pressed. */
export function TakeBack({ sharing, shown: { purpose, wasTold }, onClose }: QuestionProps) {
  return (
    <Confirm
      title={say("back")}
      label={say("back")}
      run={() => sharing.takeBack(purpose)}
      problemText={sharingProblem}
      onClose={onClose}
    >
      <p>{say("back.text")}</p>
      <p>{say(wasTold ? "back.told" : "back.untold")}</p>
      {purpose === "chain" && wasTold && <p>{say("back.for_ever")}</p>}
    </Confirm>
  )
}
