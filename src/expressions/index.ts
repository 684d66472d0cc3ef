export {
  add,
  and,
  attribute,
  beginsWith,
  between,
  compare,
  contains,
  eq,
  exists,
  gt,
  gte,
  isIn,
  literal,
  lt,
  lte,
  ne,
  not,
  notExists,
  or,
  remove,
  set,
  sizeOf,
  take,
  typeIs,
} from './build.js'
export { EXPRESSION_CODES, ExpressionError } from './errors.js'
export { ExpressionCompiler } from './expression-compiler.js'
export { holds } from './holds.js'
export type {
  Comparator,
  Condition,
  KeyCondition,
  Operand,
  Path,
  SetOperand,
  SortKeyCondition,
  UpdateAction,
} from './nodes.js'
export { COMPARATORS, WORD_OPERATORS } from './operators.js'
export { formatPath, pathOf } from './path.js'
export type { ExpressionAttributes } from './placeholders.js'
export { rootsIn } from './roots.js'
export { asSent, isSendable } from './sendable.js'
export { simplify } from './simplify.js'
