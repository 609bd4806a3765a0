import { render } from "preact"
import { Connection } from "./protocol/connection"
import * as e from "./e2ee/tsmls"

const root = document.getElementById("root")
console.log(e)
const connection = new Connection({
  origin: location.origin,
  token: () => Promise.resolve("x".repeat(20)),
  onState: (s) => {
    document.title = s
  },
  onNotice: () => undefined,
})
if (root)
  render(
    <main>
      <h1>Home</h1>
    </main>,
    root,
  )
void connection.run()
