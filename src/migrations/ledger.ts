import { ModelSpace } from '../model/index.js'
import type { Connection } from '../runtime/index.js'
import type { LedgerDesign, TableDesign } from '../single-table/index.js'

/** Where the package keeps its notes: the table that models share. */
export function ledgerOf(connection: Connection): LedgerDesign {
  const [first] = ModelSpace.of(connection).designs() as readonly [TableDesign, ...TableDesign[]]
  return first.ledger
}
