// Compiles src/ into an empty dist/.
import { chmodSync, rmSync } from 'node:fs'
import { root, run } from './run.mjs'

rmSync(`${root}dist`, { recursive: true, force: true })
const { ok, output } = await run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
if (ok) chmodSync(`${root}dist/cli/main.js`, 0o755)
else {
  console.error(output)
  process.exitCode = 1
}
