import { TransferError } from './errors.js'

/** Characters of the longest row: an item has 400 KB, and text of it may be escaped. */
export const LONGEST_ROW: number = 4 * 1024 * 1024

/** Lines of text that comes in parts, empty ones left out. @throws TransferError `TRANSFER.UNREADABLE` for one that is too long */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const part of text) {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_ROW) throw tooLong()
    for (const line of lines) if (line.trim() !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}

/**
 * The elements of a JSON array that comes in parts, each parsed by itself.
 *
 * @throws TransferError `TRANSFER.UNREADABLE` for what is no array, or ends before it is closed
 */
export async function* elementsOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let state = 'before' as 'before' | 'inside' | 'after'
  let element = ''
  let depth = 0
  let inText = false
  let escaped = false
  for await (const part of text) {
    let from = 0
    for (let at = 0; at < part.length; at++) {
      const char = part[at] as string
      if (state !== 'inside') {
        if (/[\s\uFEFF]/.test(char)) continue
        if (state === 'after' || char !== '[') throw unreadable('It is no JSON array.')
        state = 'inside'
        from = at + 1
      } else if (inText) {
        if (escaped) escaped = false
        else if (char === '\\') escaped = true
        else if (char === '"') inText = false
      } else if (char === '"') inText = true
      else if (char === '{' || char === '[') depth++
      else if (depth > 0 && (char === '}' || char === ']')) depth--
      else if (depth === 0 && (char === ',' || char === ']')) {
        element += part.slice(from, at)
        if (element.trim() !== '') yield element
        else if (char === ',') throw unreadable('An element is missing.')
        element = ''
        from = at + 1
        if (char === ']') state = 'after'
      }
    }
    if (state === 'inside') element += part.slice(from)
    if (element.length > LONGEST_ROW) throw tooLong()
  }
  if (state !== 'after') throw unreadable('It ends before it is complete.')
}

export function unreadable(why: string, cause?: unknown): TransferError {
  return new TransferError('TRANSFER.UNREADABLE', `The file cannot be read. ${why}`, { cause })
}

function tooLong(): TransferError {
  return unreadable(`A row is longer than ${LONGEST_ROW / 1024 / 1024} MiB.`)
}
