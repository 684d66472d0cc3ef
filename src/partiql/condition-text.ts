import { InternalError } from '../kernel/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { PartiqlError } from './errors.js'
import { quotedPath, type StatementText } from './statement-text.js'

/** The names and values of an expression. */
export interface ExpressionParts {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined
  readonly ExpressionAttributeValues?: AttributeMap | undefined
}

/** What PartiQL on an engine has beyond the plainest conditions. */
export type Extra = 'size' | 'attribute_type' | 'two attributes' | 'names with dots'

const TOKEN = /\s*(?:(#n\d+)|(:v\d+)|\[(\d+)\]|(<>|<=|>=|[=<>(),.])|([A-Za-z_]+))/y

/**
 * A condition of this package's compiler, which has placeholders for everything, as PartiQL: `#n0 = :v0` is `"name" = ?`. What DynamoDB
 * means by it stays: a missing attribute makes comparisons false, but for `<>`, which is true.
 */
export function conditionText(
  expression: string,
  parts: ExpressionParts,
  text: StatementText,
  uses: (extra: Extra) => void,
): string {
  return new Reader(expression, parts, text, uses).all()
}

/** The paths of a projection: `#n0, #n1.#n2` is `"a", "b"."c"`. */
export function projectionText(expression: string, parts: ExpressionParts, text: StatementText): string {
  return new Reader(expression, parts, text, () => undefined).paths()
}

interface Operand {
  readonly text: string
  readonly isPath: boolean
}

class Reader {
  readonly #source: string
  readonly #parts: ExpressionParts
  readonly #text: StatementText
  readonly #uses: (extra: Extra) => void
  #at = 0
  #token: readonly (string | undefined)[] | undefined

  constructor(source: string, parts: ExpressionParts, text: StatementText, uses: (extra: Extra) => void) {
    this.#source = source
    this.#parts = parts
    this.#text = text
    this.#uses = uses
    this.#next()
  }

  all(): string {
    return this.#end(this.#either())
  }

  paths(): string {
    const paths = [this.#path()]
    while (this.#take(',')) paths.push(this.#path())
    return this.#end(paths.join(', '))
  }

  #end(text: string): string {
    if (this.#token !== undefined) throw this.#fault()
    return text
  }

  #next(): void {
    TOKEN.lastIndex = this.#at
    const match = TOKEN.exec(this.#source)
    if (match === null && this.#source.slice(this.#at).trim() !== '') throw this.#fault()
    this.#token = match ?? undefined
    this.#at = match === null ? this.#source.length : TOKEN.lastIndex
  }

  #fault(): InternalError {
    return new InternalError('an expression that this package does not write cannot be said in PartiQL')
  }

  #is(sign: string): boolean {
    return this.#token?.[4] === sign || this.#token?.[5] === sign
  }

  #take(sign: string): boolean {
    if (!this.#is(sign)) return false
    this.#next()
    return true
  }

  #must(sign: string): void {
    if (!this.#take(sign)) throw this.#fault()
  }

  #either(): string {
    const parts = [this.#every()]
    while (this.#take('OR')) parts.push(this.#every())
    return parts.join(' OR ')
  }

  #every(): string {
    const parts = [this.#one()]
    while (this.#take('AND')) parts.push(this.#one())
    return parts.join(' AND ')
  }

  #one(): string {
    if (this.#take('NOT')) {
      this.#must('(')
      const inner = this.#either()
      this.#must(')')
      return `NOT (${inner})`
    }
    if (this.#take('(')) {
      const inner = this.#either()
      this.#must(')')
      return `(${inner})`
    }
    return this.#function() ?? this.#comparison()
  }

  #function(): string | undefined {
    const name = this.#token?.[5]
    if (name === undefined || name === 'size') return undefined
    this.#next()
    this.#must('(')
    const path = this.#path()
    if (name === 'attribute_type') return this.#type(path)
    const argument = this.#take(',') ? this.#operand().text : undefined
    this.#must(')')
    if (name === 'attribute_exists') return `${path} IS NOT MISSING`
    if (name === 'attribute_not_exists') return `${path} IS MISSING`
    return `${name}(${path}, ${argument})`
  }

  #type(path: string): string {
    this.#must(',')
    const type = this.#valueOf(this.#token?.[2] ?? '')
    this.#next()
    this.#must(')')
    // There is one value of that type, and every engine compares.
    if ('S' in type && type.S === 'NULL') return `${path} = ${this.#text.value({ NULL: true })}`
    this.#uses('attribute_type')
    return `attribute_type(${path}, ${this.#text.value(type)})`
  }

  #comparison(): string {
    const left = this.#operand()
    if (this.#take('BETWEEN')) {
      const low = this.#operand()
      this.#must('AND')
      return `${left.text} BETWEEN ${low.text} AND ${this.#operand().text}`
    }
    if (this.#take('IN')) {
      this.#must('(')
      const values = [this.#operand().text]
      while (this.#take(',')) values.push(this.#operand().text)
      this.#must(')')
      return `${left.text} IN [${values.join(', ')}]`
    }
    const operator = this.#token?.[4]
    if (operator === undefined || !['=', '<>', '<', '<=', '>', '>='].includes(operator)) throw this.#fault()
    this.#next()
    const right = this.#operand()
    if (left.isPath && right.isPath) this.#uses('two attributes')
    // Of an attribute that is missing PartiQL's <> says nothing, and NOT (=) what DynamoDB's says.
    return operator === '<>' ? `NOT (${left.text} = ${right.text})` : `${left.text} ${operator} ${right.text}`
  }

  #operand(): Operand {
    const value = this.#token?.[2]
    if (value !== undefined) {
      this.#next()
      return { text: this.#text.value(this.#valueOf(value)), isPath: false }
    }
    if (!this.#take('size')) return { text: this.#path(), isPath: true }
    this.#must('(')
    const path = this.#path()
    this.#must(')')
    this.#uses('size')
    return { text: `size(${path})`, isPath: false }
  }

  #path(): string {
    const path: (string | number)[] = [this.#name()]
    for (;;) {
      const index = this.#token?.[3]
      if (index !== undefined) {
        path.push(Number(index))
        this.#next()
      } else if (this.#take('.')) path.push(this.#name())
      else return quotedPath(path)
    }
  }

  #name(): string {
    const placeholder = this.#token?.[1]
    const name = placeholder === undefined ? undefined : this.#parts.ExpressionAttributeNames?.[placeholder]
    if (name === undefined) throw this.#fault()
    if (name.includes('.')) this.#uses('names with dots')
    this.#next()
    return name
  }

  #valueOf(placeholder: string): AttributeValue {
    const value = this.#parts.ExpressionAttributeValues?.[placeholder]
    if (value === undefined) throw this.#fault()
    return value
  }
}

/** @throws PartiqlError `PARTIQL.UNSUPPORTED` for what this engine's PartiQL has not */
export function refuseExtras(engine: string, extras: ReadonlySet<string>): void {
  if (extras.size === 0) return
  throw new PartiqlError(
    'PARTIQL.UNSUPPORTED',
    `PartiQL of the engine behind driver "${engine}" has no ${[...extras].join(', ')}.`,
    {
      hint: 'Amazon DynamoDB and DynamoDB Local have it; the query builder (Model.query()) has it everywhere.',
      details: { engine, extras: [...extras] },
    },
  )
}
