import type { InsteadOf } from '../engine/engine-driver.js'
import type { OperationOutput, ScanInput } from '../operations.js'

/**
 * dynoxide ends a segment of a parallel Scan where the item that its ExclusiveStartKey names was deleted meanwhile: the rest of the
 * segment is not read. A Scan in one piece goes on rightly. So the first segment is the whole table, and the others, which
 * are sent to be checked, are empty: each item is in one segment, as DynamoDB has it.
 */
export const wholeSegments: InsteadOf = (operation, given) => {
  if (operation !== 'Scan') return undefined
  const { Segment, TotalSegments, ...whole } = given as ScanInput
  if (Segment === undefined || TotalSegments === undefined || TotalSegments <= 1 || Segment >= TotalSegments)
    return undefined
  if (Segment === 0) return { input: whole }
  const { ExclusiveStartKey: _, ...first } = given as ScanInput
  return {
    input: { ...first, Limit: 1 },
    answer: (output) => {
      const { LastEvaluatedKey: _more, Items, ...rest } = output as OperationOutput<'Scan'>
      return { ...rest, Count: 0, ScannedCount: 0, ...(Items === undefined ? {} : { Items: [] }) }
    },
  }
}
