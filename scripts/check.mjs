// `npm run check`: format, lint, types, architecture, unused code, advisories and the fast tests. Says nothing of what is in order.
import { runChecks } from './checks.mjs'

const start = performance.now()
const results = await runChecks({ tests: true })
const failed = results.filter((result) => !result.ok)
for (const { name, output } of failed) console.log(`── ${name} ──\n${output.trim()}\n`)
for (const { name, ok, output } of results)
  if (ok) for (const line of output.split('\n')) if (line.startsWith('skipped: ')) console.log(`${name}: ${line}`)

const seconds = Math.round((performance.now() - start) / 1000)
const names = failed.map((result) => result.name).join(', ')
console.log(`check: ${failed.length === 0 ? `${results.length} passed` : `failed: ${names}`} (${seconds} s)`)
if (failed.length > 0) process.exitCode = 1
