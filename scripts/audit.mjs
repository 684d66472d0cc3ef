// Known faults of the packages that users install with this one, as the registry knows them today. Part of `npm run check` and of
// no test: what is known changes while the code does not. Where the registry cannot be asked, that is said, and nothing fails.
import { spawnSync } from 'node:child_process'

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 30_000,
  shell: process.platform === 'win32',
})
const found = counts(stdout)
if (found === undefined) console.log('skipped: the registry cannot be asked for advisories.')
else {
  const grave = (found.high ?? 0) + (found.critical ?? 0)
  console.log(`${grave} grave advisories: ${JSON.stringify(found)}`)
  if (grave > 0) {
    console.log('npm audit --omit=dev says which.')
    process.exitCode = 1
  }
}

/** Advisories by how grave they are; undefined where there was no report. */
function counts(text) {
  try {
    return JSON.parse(text).metadata?.vulnerabilities
  } catch {
    return undefined
  }
}
