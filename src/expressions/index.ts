export { and, or, pathOf } from './build.js'
export { EXPRESSION_CODES, ExpressionError } from './errors.js'
export { ExpressionCompiler } from './expression-compiler.js'
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
export { simplify } from './simplify.js'
