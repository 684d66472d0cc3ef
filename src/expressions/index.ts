export type { Comparator, Condition, KeyCondition, Operand, Path, SetOperand, SortKeyCondition, UpdateAction } from './nodes.js'
