import { render } from "preact"

const root = document.getElementById("root")
if (root)
  render(
    <main>
      <h1>Help</h1>
    </main>,
    root,
  )
