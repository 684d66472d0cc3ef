import { InternalError } from '../kernel/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { ExpressionError } from './errors.js'
import type { Condition, KeyCondition, Operand, Path, SetOperand, SortKeyCondition, UpdateAction } from './nodes.js'
import { simplify } from './simplify.js'

// DynamoDB: "Expressions in DynamoDB", limits.
const EXPRESSION_BYTES = 4096
const MOST_OPERATORS = 300
const IN_OPERANDS = 100

/**
 * Turns the condition, key condition, projection and update of one request into DynamoDB's text. Every name and every
 * value becomes an ASCII placeholder (`#n0`, `:v0`), so nothing of either can be read as part of an expression.
 *
 * @example
 * const compiler = new ExpressionCompiler()
 * const FilterExpression = compiler.condition({ kind: 'exists', path: ['name'] }) // attribute_exists(#n0)
 * const input = { TableName: 'T', FilterExpression, ...compiler.attributes() }
 */
export class ExpressionCompiler {
  #names: Record<string, string> | undefined
  readonly #placeholders = new Map<string, string>()
  #values: Record<string, AttributeValue> | undefined
  #valueCount = 0
  #operators = 0

  /** A condition or filter. @throws InternalError for a constant, ExpressionError `EXPRESSION.TOO_LARGE` */
  condition(condition: Condition): string {
    const simple = simplify(condition)
    if (simple.kind === 'constant') throw new InternalError('a constant condition is for the caller to handle')
    return this.#checked(this.#condition(simple))
  }

  /** A KeyConditionExpression. */
  keyCondition(keys: KeyCondition): string {
    let text = ''
    for (const { name, value } of keys.partition)
      text += `${text === '' ? '' : ' AND '}${this.#name(name)} = ${this.#value(value)}`
    for (const sort of keys.sort) text += ` AND ${this.#sortKey(sort)}`
    return text
  }

  /** A ProjectionExpression; paths inside one that is there already are left out, as DynamoDB refuses overlaps. */
  projection(paths: readonly Path[]): string {
    const kept: Path[] = []
    for (const path of [...paths].sort((a, b) => a.length - b.length)) {
      if (!kept.some((shorter) => startsWith(path, shorter))) kept.push(path)
    }
    return this.#checked(kept.map((path) => this.#path(path)).join(', '))
  }

  /** An UpdateExpression. @throws ExpressionError `EXPRESSION.PATH_OVERLAP` for two actions on one place */
  update(actions: readonly UpdateAction[]): string {
    if (actions.length > 1) refuseOverlaps(actions)
    let set = ''
    let remove = ''
    let add = ''
    let take = ''
    for (const action of actions) {
      const path = this.#path(action.path)
      if (action.kind === 'set') set += `${set === '' ? 'SET ' : ', '}${path} = ${this.#setOperand(action.value)}`
      else if (action.kind === 'remove') remove += `${remove === '' ? 'REMOVE ' : ', '}${path}`
      else if (action.kind === 'add') add += `${add === '' ? 'ADD ' : ', '}${path} ${this.#value(action.value)}`
      else take += `${take === '' ? 'DELETE ' : ', '}${path} ${this.#value(action.value)}`
    }
    return this.#checked([set, remove, add, take].filter((clause) => clause !== '').join(' '))
  }

  /** ExpressionAttributeNames and ExpressionAttributeValues of everything compiled so far; absent where empty. */
  attributes(): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: AttributeMap } {
    if (this.#names === undefined) return {}
    return this.#values === undefined
      ? { ExpressionAttributeNames: this.#names }
      : { ExpressionAttributeNames: this.#names, ExpressionAttributeValues: this.#values }
  }

  #name(name: string): string {
    const known = this.#placeholders.get(name)
    if (known !== undefined) return known
    const placeholder = `#n${this.#placeholders.size}`
    this.#placeholders.set(name, placeholder)
    this.#names ??= {}
    this.#names[placeholder] = name
    return placeholder
  }

  #value(value: AttributeValue): string {
    const placeholder = `:v${this.#valueCount++}`
    this.#values ??= {}
    this.#values[placeholder] = value
    return placeholder
  }

  #path(path: Path): string {
    const first = path[0]
    if (path.length === 1 && typeof first === 'string') return this.#name(first)
    let text = ''
    for (const step of path)
      text += typeof step === 'number' ? `[${step}]` : `${text === '' ? '' : '.'}${this.#name(step)}`
    return text
  }

  #operand(operand: Operand): string {
    if (operand.kind === 'value') return this.#value(operand.value)
    const path = this.#path(operand.path)
    return operand.kind === 'size' ? `size(${path})` : path
  }

  #condition(condition: Condition): string {
    this.#operators++
    switch (condition.kind) {
      case 'compare':
        return `${this.#operand(condition.left)} ${condition.op} ${this.#operand(condition.right)}`
      case 'between':
        return `${this.#operand(condition.operand)} BETWEEN ${this.#operand(condition.low)} AND ${this.#operand(condition.high)}`
      case 'in':
        return this.#in(condition.operand, condition.values)
      case 'begins-with':
        return `begins_with(${this.#path(condition.path)}, ${this.#operand(condition.prefix)})`
      case 'contains':
        return `contains(${this.#path(condition.path)}, ${this.#operand(condition.operand)})`
      case 'exists':
        return `attribute_exists(${this.#path(condition.path)})`
      case 'not-exists':
        return `attribute_not_exists(${this.#path(condition.path)})`
      case 'type-is':
        return `attribute_type(${this.#path(condition.path)}, ${this.#value({ S: condition.type })})`
      case 'and':
        return condition.conditions.map((each) => this.#inside(each)).join(' AND ')
      case 'or':
        return condition.conditions.map((each) => this.#inside(each)).join(' OR ')
      case 'not':
        return `NOT (${this.#condition(condition.condition)})`
      case 'constant':
        throw new InternalError('constants are folded before an expression is compiled')
    }
  }

  #inside(condition: Condition): string {
    const text = this.#condition(condition)
    const binds =
      condition.kind === 'and' ||
      condition.kind === 'or' ||
      (condition.kind === 'in' && condition.values.length > IN_OPERANDS)
    return binds ? `(${text})` : text
  }

  /** IN takes 100 operands; longer lists become several, joined by OR. */
  #in(operand: Operand, values: readonly Operand[]): string {
    const left = this.#operand(operand)
    const lists: string[] = []
    for (let i = 0; i < values.length; i += IN_OPERANDS) {
      lists.push(
        `${left} IN (${values
          .slice(i, i + IN_OPERANDS)
          .map((value) => this.#operand(value))
          .join(', ')})`,
      )
    }
    this.#operators += lists.length - 1
    return lists.join(' OR ')
  }

  #sortKey(condition: SortKeyCondition): string {
    const name = this.#name(condition.name)
    if (condition.kind === 'compare') return `${name} ${condition.op} ${this.#value(condition.value)}`
    if (condition.kind === 'between')
      return `${name} BETWEEN ${this.#value(condition.low)} AND ${this.#value(condition.high)}`
    return `begins_with(${name}, ${this.#value(condition.value)})`
  }

  #setOperand(operand: SetOperand): string {
    switch (operand.kind) {
      case 'if-not-exists':
        return `if_not_exists(${this.#path(operand.path)}, ${this.#operand(operand.fallback)})`
      case 'list-append':
        return `list_append(${this.#setOperand(operand.first)}, ${this.#setOperand(operand.second)})`
      case 'plus':
        return `${this.#setOperand(operand.left)} + ${this.#setOperand(operand.right)}`
      case 'minus':
        return `${this.#setOperand(operand.left)} - ${this.#setOperand(operand.right)}`
      default:
        return this.#operand(operand)
    }
  }

  /** The text holds ASCII only, so its length is its bytes. */
  #checked(text: string): string {
    if (text.length > EXPRESSION_BYTES || this.#operators > MOST_OPERATORS) {
      throw new ExpressionError(
        'EXPRESSION.TOO_LARGE',
        `The expression has ${text.length} bytes and ${this.#operators} operators; DynamoDB takes ${EXPRESSION_BYTES} and ${MOST_OPERATORS}.`,
        {
          hint: 'Split the query, shorten its lists, or update fewer attributes at once.',
        },
      )
    }
    return text
  }
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((step, i) => step === path[i])
}

function refuseOverlaps(actions: readonly UpdateAction[]): void {
  // Plain attributes (the usual case) only need to be distinct.
  if (actions.every((action) => action.path.length === 1)) {
    if (new Set(actions.map((action) => action.path[0])).size === actions.length) return
  }
  for (const [i, one] of actions.entries()) {
    for (const other of actions.slice(i + 1)) {
      if (!startsWith(one.path, other.path) && !startsWith(other.path, one.path)) continue
      throw new ExpressionError(
        'EXPRESSION.PATH_OVERLAP',
        `One update changes both ${one.path.join('.')} and ${other.path.join('.')}.`,
        {
          hint: 'Change each place once.',
          details: { paths: [one.path.join('.'), other.path.join('.')] },
        },
      )
    }
  }
}
