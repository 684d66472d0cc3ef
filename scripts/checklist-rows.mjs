/**
 * The rows of the checklist.
 *
 * @param {string} text of docs/checklist.md
 * @returns {{ id: string, feature: string }[]}
 */
export function readRows(text) {
  return [...text.matchAll(/^\| ([A-Z]{1,3}\d+) \| (.+?) \|/gm)].map(([, id, feature]) => ({ id, feature }))
}

/**
 * The rows a test proves: `M8: …` one, `M6, M7: …` and `M6: M7: …` two.
 *
 * @param {string} title
 * @returns {string[]}
 */
export function idsOf(title) {
  const [start = ''] = /^(?:[A-Z]{1,3}\d+(?:, ?|: ?))+/.exec(title) ?? []
  return start.includes(':') ? start.match(/[A-Z]+\d+/g) : []
}
