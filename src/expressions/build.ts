import { ExpressionError } from './errors.js'
import type { Condition, Path } from './nodes.js'

/**
 * Reads a document path: `address.city`, `tags[0]`. A backslash takes the next character as it is: `odd\.name`.
 *
 * @throws ExpressionError `EXPRESSION.PATH`
 */
export function pathOf(text: string): Path {
  if (!text.includes('.') && !text.includes('[') && !text.includes('\\')) {
    if (text === '') throw fault(text, 'is empty')
    return [text]
  }
  const path: (string | number)[] = []
  let name = ''
  let open = true // a name may begin here
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '\\') name += text[++i] ?? ''
    else if (character === '.') {
      if (name === '' && open) throw fault(text, 'has an empty name')
      if (name !== '') path.push(name)
      name = ''
      open = true
    } else if (character === '[') {
      if (name !== '') path.push(name)
      else if (open) throw fault(text, 'has an index without a name')
      name = ''
      open = false
      const end = text.indexOf(']', i)
      const index = text.slice(i + 1, end)
      if (end === -1 || !/^\d{1,9}$/.test(index)) throw fault(text, 'has an index that is no number')
      path.push(Number(index))
      i = end
      const after = text[i + 1]
      if (after !== undefined && after !== '.' && after !== '[')
        throw fault(text, 'goes on after an index without a dot')
    } else name += character
  }
  if (name !== '') path.push(name)
  else if (open) throw fault(text, 'ends in a dot')
  return path
}

function fault(text: string, what: string): ExpressionError {
  return new ExpressionError('EXPRESSION.PATH', `The path "${text}" ${what}.`, {
    hint: 'Paths look like address.city or tags[0].',
    details: { path: text },
  })
}

/** All of these; true when there are none. */
export function and(...conditions: readonly Condition[]): Condition {
  return { kind: 'and', conditions }
}

/** Any of these; false when there are none. */
export function or(...conditions: readonly Condition[]): Condition {
  return { kind: 'or', conditions }
}
