import { InternalError } from '../kernel/index.js'
import { ExpressionError } from './errors.js'
import type { Condition, KeyCondition, Operand, Path, SetOperand, SortKeyCondition, UpdateAction } from './nodes.js'
import { isInside, refuseOverlaps } from './overlap.js'
import { formatPath } from './path.js'
import { type ExpressionAttributes, Placeholders } from './placeholders.js'
import { simplify } from './simplify.js'

// DynamoDB: "Quotas", expression parameters. Operators are counted as DynamoDB counts them: comparators, BETWEEN, IN,
// AND, OR, NOT, functions, + and -; not the = of SET.
const EXPRESSION_BYTES = 4096
const MOST_OPERATORS = 300
const IN_OPERANDS = 100

const COMPARATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

/**
 * Turns the condition, key condition, projection and update of one request into DynamoDB's text. Every name and every
 * value becomes an ASCII placeholder (`#n0`, `:v0`), so nothing of either can be read as part of an expression.
 *
 * A missing attribute makes a comparison false, except `<>`, which is true then; so is `NOT (a = b)`.
 *
 * @example
 * const compiler = new ExpressionCompiler()
 * const FilterExpression = compiler.condition({ kind: 'exists', path: ['name'] }) // attribute_exists(#n0)
 * const input = { TableName: 'T', FilterExpression, ...compiler.attributes() }
 */
export class ExpressionCompiler {
  readonly #placeholders = new Placeholders()
  #operators = 0

  /** A ConditionExpression or FilterExpression. @throws InternalError for a constant, ExpressionError `EXPRESSION.TOO_LARGE` */
  condition(condition: Condition): string {
    this.#operators = 0
    return this.#checked(
      this.#condition(simplify(condition)),
      'Shorten the lists and groups of the condition, or split it into several requests.',
    )
  }

  /** A KeyConditionExpression. */
  keyCondition(keys: KeyCondition): string {
    let text = ''
    for (const { name, value } of keys.partition) {
      text += `${text === '' ? '' : ' AND '}${this.#placeholders.name(name)} = ${this.#placeholders.value(value)}`
    }
    for (const sort of keys.sort) text += ` AND ${this.#sortKey(sort)}`
    return text
  }

  /** A ProjectionExpression; paths inside one that is there already are left out, as DynamoDB refuses overlaps. */
  projection(paths: readonly Path[]): string {
    if (paths.length === 0) throw new InternalError('a projection of nothing is not a projection')
    let text = ''
    for (let i = 0; i < paths.length; i++) {
      const path = paths[i] as Path
      const covered = paths.some(
        (other, j) => i !== j && isInside(path, other) && (other.length < path.length || j < i),
      )
      if (!covered) text += `${text === '' ? '' : ', '}${this.#placeholders.path(path)}`
    }
    return this.#checked(text, 'Ask for fewer attributes, or for the maps around them.')
  }

  /** An UpdateExpression, one clause of each kind. @throws ExpressionError `EXPRESSION.PATH_OVERLAP`, `EXPRESSION.TOO_LARGE` */
  update(actions: readonly UpdateAction[]): string {
    if (actions.length === 0) throw new InternalError('an update without actions is not an update')
    if (actions.length > 1) refuseOverlaps(actions)
    this.#operators = 0
    let set = ''
    let remove = ''
    let add = ''
    let take = ''
    for (const action of actions) {
      const path = this.#placeholders.path(action.path)
      if (action.kind === 'set') set += `${set === '' ? 'SET ' : ', '}${path} = ${this.#setOperand(action.value)}`
      else if (action.kind === 'remove') remove += `${remove === '' ? 'REMOVE ' : ', '}${path}`
      else if (action.kind === 'add')
        add += `${add === '' ? 'ADD ' : ', '}${path} ${this.#placeholders.value(action.value)}`
      else take += `${take === '' ? 'DELETE ' : ', '}${path} ${this.#placeholders.value(action.value)}`
    }
    let text = set
    for (const clause of [remove, add, take]) if (clause !== '') text += text === '' ? clause : ` ${clause}`
    return this.#checked(text, 'Update fewer attributes at once, or put the whole item.')
  }

  /** ExpressionAttributeNames and ExpressionAttributeValues of everything compiled so far; absent where empty. */
  attributes(): ExpressionAttributes {
    return this.#placeholders.attributes()
  }

  #condition(condition: Condition): string {
    switch (condition.kind) {
      case 'compare':
        if (!COMPARATORS.has(condition.op))
          throw new InternalError('a comparison with an operator that DynamoDB does not have')
        this.#operators++
        return `${this.#operand(condition.left)} ${condition.op} ${this.#operand(condition.right)}`
      case 'between':
        this.#operators++
        return `${this.#operand(condition.operand)} BETWEEN ${this.#operand(condition.low)} AND ${this.#operand(condition.high)}`
      case 'in':
        return this.#in(condition.operand, condition.values)
      case 'begins-with':
        return this.#function('begins_with', condition.path, this.#operand(condition.prefix))
      case 'contains':
        return this.#function('contains', condition.path, this.#operand(condition.operand))
      case 'exists':
        return this.#function('attribute_exists', condition.path)
      case 'not-exists':
        return this.#function('attribute_not_exists', condition.path)
      case 'type-is':
        return this.#function('attribute_type', condition.path, this.#placeholders.value({ S: condition.type }))
      case 'and':
        return this.#joined(condition.conditions, ' AND ')
      case 'or':
        return this.#joined(condition.conditions, ' OR ')
      case 'not':
        this.#operators++
        return `NOT (${this.#condition(condition.condition)})`
      case 'date-part':
        throw new ExpressionError(
          'EXPRESSION.NOT_SENDABLE',
          `DynamoDB cannot be asked for the ${condition.part} of a date: "${formatPath(condition.path)}".`,
        )
      case 'constant':
        throw new InternalError('a condition that is always true or always false is for the caller to handle')
    }
  }

  #joined(conditions: readonly Condition[], operator: string): string {
    let text = ''
    for (const each of conditions) text += (text === '' ? '' : operator) + this.#grouped(each)
    this.#operators += conditions.length - 1
    return text
  }

  /** In parentheses where it is more than one test. */
  #grouped(condition: Condition): string {
    const text = this.#condition(condition)
    const several =
      condition.kind === 'and' ||
      condition.kind === 'or' ||
      (condition.kind === 'in' && condition.values.length > IN_OPERANDS)
    return several ? `(${text})` : text
  }

  /** IN takes 100 operands; longer lists become several, joined by OR. */
  #in(operand: Operand, values: readonly Operand[]): string {
    let text = ''
    for (let from = 0; from < values.length; from += IN_OPERANDS) {
      this.#operators += from === 0 ? 1 : 2
      text += `${from === 0 ? '' : ' OR '}${this.#operand(operand)} IN (`
      const to = Math.min(from + IN_OPERANDS, values.length)
      for (let i = from; i < to; i++) text += (i === from ? '' : ', ') + this.#operand(values[i] as Operand)
      text += ')'
    }
    return text
  }

  #function(name: string, path: Path, operand?: string): string {
    this.#operators++
    const place = this.#placeholders.path(path)
    return operand === undefined ? `${name}(${place})` : `${name}(${place}, ${operand})`
  }

  #operand(operand: Operand): string {
    if (operand.kind === 'value') return this.#placeholders.value(operand.value)
    return operand.kind === 'size' ? this.#function('size', operand.path) : this.#placeholders.path(operand.path)
  }

  #sortKey(condition: SortKeyCondition): string {
    const table = this.#placeholders
    const name = table.name(condition.name)
    if (condition.kind === 'begins-with') return `begins_with(${name}, ${table.value(condition.value)})`
    if (condition.kind === 'between')
      return `${name} BETWEEN ${table.value(condition.low)} AND ${table.value(condition.high)}`
    if (!COMPARATORS.has(condition.op))
      throw new InternalError('a key condition with an operator that DynamoDB does not have')
    return `${name} ${condition.op} ${table.value(condition.value)}`
  }

  #setOperand(operand: SetOperand): string {
    switch (operand.kind) {
      case 'if-not-exists':
        return this.#function('if_not_exists', operand.path, this.#operand(operand.fallback))
      case 'list-append':
        this.#operators++
        return `list_append(${this.#setOperand(operand.first)}, ${this.#setOperand(operand.second)})`
      case 'plus':
        this.#operators++
        return `${this.#setOperand(operand.left)} + ${this.#setOperand(operand.right)}`
      case 'minus':
        this.#operators++
        return `${this.#setOperand(operand.left)} - ${this.#setOperand(operand.right)}`
      default:
        return this.#operand(operand)
    }
  }

  /** The text holds ASCII only, so its length is its bytes. */
  #checked(text: string, hint: string): string {
    if (text.length <= EXPRESSION_BYTES && this.#operators <= MOST_OPERATORS) return text
    throw new ExpressionError(
      'EXPRESSION.TOO_LARGE',
      `An expression of ${text.length} bytes and ${this.#operators} operators is more than DynamoDB takes (${EXPRESSION_BYTES} and ${MOST_OPERATORS}).`,
      { hint, details: { bytes: text.length, operators: this.#operators } },
    )
  }
}
