// Compiles src/ into an empty dist/.
import { rmSync } from 'node:fs'
import { root, run } from './run.mjs'

rmSync(`${root}dist`, { recursive: true, force: true })
const { ok, output } = await run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
if (!ok) {
  console.error(output)
  process.exitCode = 1
}
