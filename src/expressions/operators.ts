import type { Comparator } from './nodes.js'

/** What users write for each comparator. Without a prototype: `constructor` is no operator. */
export const COMPARATORS: Readonly<Record<string, Comparator | undefined>> = Object.freeze(
  Object.assign(
    Object.create(null) as Record<string, Comparator>,
    {
      '=': '=',
      '==': '=',
      '!=': '<>',
      '<>': '<>',
      '<': '<',
      '<=': '<=',
      '>': '>',
      '>=': '>=',
    } as const,
  ),
)

/** Operators beside the comparators. */
export const WORD_OPERATORS = [
  'in',
  'not in',
  'between',
  'not between',
  'begins_with',
  'contains',
  'not contains',
  'exists',
  'not exists',
  'size',
] as const
