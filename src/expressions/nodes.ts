import type { AttributeTypeName, AttributeValue, DatePart } from '../values/index.js'

/** A document path: `['address', 'city']`, `['tags', 0]`. Every string is one attribute name, dots and all. */
export type Path = readonly (string | number)[]

/** A place in an expression that stands for a value. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly path: Path }

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A condition, as frozen plain data. The compiler turns it into DynamoDB's text with placeholders only. */
export type Condition =
  | { readonly kind: 'compare'; readonly op: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly values: readonly Operand[] }
  | { readonly kind: 'begins-with'; readonly path: Path; readonly prefix: Operand }
  | { readonly kind: 'contains'; readonly path: Path; readonly operand: Operand }
  | { readonly kind: 'exists'; readonly path: Path }
  | { readonly kind: 'not-exists'; readonly path: Path }
  | { readonly kind: 'type-is'; readonly path: Path; readonly type: AttributeTypeName }
  /** A part of a date, in UTC. DynamoDB cannot be asked: it is told here, from the item. */
  | {
      readonly kind: 'date-part'
      readonly path: Path
      readonly part: DatePart
      readonly format: 'iso' | 'unix' | 'unix_ms'
      readonly op: Comparator
      readonly value: number
    }
  | { readonly kind: 'and'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  /** True (or false) for every item: what an empty `and` (or `or`, or `in`) means. */
  | { readonly kind: 'constant'; readonly value: boolean }

/** The right side of a SET action. */
export type SetOperand =
  | Operand
  | { readonly kind: 'if-not-exists'; readonly path: Path; readonly fallback: Operand }
  | { readonly kind: 'list-append'; readonly first: SetOperand; readonly second: SetOperand }
  | { readonly kind: 'plus'; readonly left: SetOperand; readonly right: SetOperand }
  | { readonly kind: 'minus'; readonly left: SetOperand; readonly right: SetOperand }

/** One action of an update expression. */
export type UpdateAction =
  | { readonly kind: 'set'; readonly path: Path; readonly value: SetOperand }
  | { readonly kind: 'remove'; readonly path: Path }
  /** ADD: a number is added (a missing one counts as 0), a set is united. */
  | { readonly kind: 'add'; readonly path: Path; readonly value: AttributeValue }
  /** DELETE: takes elements out of a set. */
  | { readonly kind: 'delete'; readonly path: Path; readonly value: AttributeValue }

/** A key condition: the partition key and, if wanted, one condition on the sort key (Query's KeyConditionExpression). */
export interface KeyCondition {
  /** Attribute name and value of each partition key attribute (one, or up to four for multi-attribute keys). */
  readonly partition: readonly { readonly name: string; readonly value: AttributeValue }[]
  /** Conditions on sort key attributes, leftmost first; only the last may be other than `=`. */
  readonly sort: readonly SortKeyCondition[]
}

export type SortKeyCondition =
  | {
      readonly kind: 'compare'
      readonly name: string
      readonly op: Exclude<Comparator, '<>'>
      readonly value: AttributeValue
    }
  | { readonly kind: 'between'; readonly name: string; readonly low: AttributeValue; readonly high: AttributeValue }
  | { readonly kind: 'begins-with'; readonly name: string; readonly value: AttributeValue }
