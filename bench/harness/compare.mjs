import { LIBRARIES } from '../libraries/index.mjs'
import { ROWS } from './rows.mjs'

/**
 * What got worse than recorded: the ratio is higher by more than `tolerance` and the quartiles of the two runs do not
 * touch. Returns lines for people; `worse` counts those that matter, `notes` say what could not be compared.
 */
export function compareRuns(recorded, measured, tolerance) {
  const worse = []
  const notes = []
  for (const [row, byLibrary] of Object.entries(measured)) {
    for (const { id, name } of LIBRARIES) {
      const now = byLibrary[id]
      const then = recorded[row]?.[id]
      const title = `${name}, ${ROWS[row].title}`
      if (now === undefined) continue
      if (then?.missing === undefined && then !== undefined && now.missing !== undefined)
        worse.push(`${title}: was measured, now is not: ${now.missing}`)
      else if (then === undefined || then.missing !== undefined || now.missing !== undefined)
        notes.push(`${title}: nothing to compare (${now.missing ?? then?.missing ?? 'never recorded'})`)
      else if (now.ratio > then.ratio * (1 + tolerance) && now.low > then.high)
        worse.push(`${title}: ${now.ratio.toFixed(3)}x, recorded ${then.ratio.toFixed(3)}x`)
    }
  }
  return { worse, notes }
}
