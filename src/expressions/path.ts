import { ExpressionError } from './errors.js'
import type { Path } from './nodes.js'

/**
 * Reads a document path: dots separate names, `[n]` is an index, a backslash takes the next character as it is
 * (`odd\.name`). `address.city` is `['address', 'city']`, `tags[0]` is `['tags', 0]`.
 *
 * @throws ExpressionError `EXPRESSION.PATH`
 */
export function pathOf(text: string): Path {
  if (!text.includes('.') && !text.includes('[') && !text.includes('\\')) {
    if (text === '') throw fault(text, 'is empty')
    return Object.freeze([text])
  }
  const path: (string | number)[] = []
  let at = 0
  for (;;) {
    at = readName(text, at, path)
    while (text[at] === '[') at = readIndex(text, at, path)
    if (at === text.length) return Object.freeze(path)
    if (text[at] !== '.') throw fault(text, 'goes on after an index without a dot')
    at++
  }
}

/** Adds the name that begins at `at`; gives the place after it. */
function readName(text: string, at: number, path: (string | number)[]): number {
  let name = ''
  let i = at
  for (; i < text.length && text[i] !== '.' && text[i] !== '['; i++) {
    if (text[i] === '\\') i++
    if (i === text.length) throw fault(text, 'ends in a backslash')
    name += text[i]
  }
  if (name === '') throw fault(text, i === text.length ? 'ends in a dot' : 'has an empty name')
  path.push(name)
  return i
}

function readIndex(text: string, at: number, path: (string | number)[]): number {
  const end = text.indexOf(']', at)
  const index = text.slice(at + 1, end)
  if (end === -1 || !/^\d{1,9}$/.test(index)) throw fault(text, 'has an index that is no number')
  path.push(Number(index))
  return end + 1
}

/** A path as `pathOf` reads it. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += (text === '' ? '' : '.') + step.replace(/[\\.[]/g, '\\$&')
  }
  return text
}

function fault(text: string, what: string): ExpressionError {
  return new ExpressionError('EXPRESSION.PATH', `The path "${text}" ${what}.`, {
    details: { path: text },
  })
}
