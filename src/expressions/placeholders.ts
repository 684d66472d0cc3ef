import { InternalError } from '../kernel/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { ExpressionError } from './errors.js'
import type { Path } from './nodes.js'
import { formatPath } from './path.js'

/** Placeholders made before: a text that V8 knows as a property name already is much cheaper than a new one. */
const NAMES: string[] = []
const VALUES: string[] = []
/** More than fit into one expression. */
const KEPT = 1000

function numbered(made: string[], mark: '#n' | ':v', count: number): string {
  return count < KEPT ? (made[count] ??= `${mark}${count}`) : `${mark}${count}`
}

/** What a request carries besides its expressions; each map is absent where it would be empty, as DynamoDB wants it. */
export interface ExpressionAttributes {
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: AttributeMap
}

/** The placeholders of one request: a name has one, however often it occurs; every value has its own. */
export class Placeholders {
  readonly #byName = new Map<string, string>()
  #names: Record<string, string> | undefined
  #values: Record<string, AttributeValue> | undefined
  #valueCount = 0

  name(name: string): string {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const placeholder = numbered(NAMES, '#n', this.#byName.size)
    this.#byName.set(name, placeholder)
    this.#names ??= {}
    this.#names[placeholder] = name
    return placeholder
  }

  value(value: AttributeValue): string {
    const placeholder = numbered(VALUES, ':v', this.#valueCount++)
    this.#values ??= {}
    this.#values[placeholder] = value
    return placeholder
  }

  path(path: Path): string {
    const [first] = path
    if (typeof first !== 'string') throw new InternalError('a document path begins with a name')
    let text = this.name(first)
    for (let i = 1; i < path.length; i++) {
      const step = path[i] as string | number
      if (typeof step === 'string') text += `.${this.name(step)}`
      else if (Number.isSafeInteger(step) && step >= 0) text += `[${step}]`
      else
        throw new ExpressionError(
          'EXPRESSION.PATH',
          `The path "${formatPath(path)}" has an index that is no whole number.`,
        )
    }
    return text
  }

  attributes(): ExpressionAttributes {
    const attributes: ExpressionAttributes = {}
    if (this.#names !== undefined) attributes.ExpressionAttributeNames = this.#names
    if (this.#values !== undefined) attributes.ExpressionAttributeValues = this.#values
    return attributes
  }
}
