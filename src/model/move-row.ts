import { and, ExpressionCompiler } from '../expressions/index.js'
import { addKeys, primaryKeyOf, storedKeyOf } from '../single-table/index.js'
import { companionsOf, tracedIn } from './companions.js'
import { DuplicateKeyError } from './errors.js'
import { existingRow } from './existing-row.js'
import { mergedRoots } from './nested-change.js'
import { exists, refuseOther, unchanged, vacant } from './row-conditions.js'
import { countedBlindly, refuseStale } from './row-version.js'
import type { RowWrite } from './row-write.js'
import { applyChanges, finishUpdate, readStored } from './stored-row.js'
import type { RowUpdate } from './update.js'

/** The row gets another key: the new row is put and the old one deleted in one transaction, if nobody changed it meanwhile. */
export async function buildMove({ record, state, changed, nested, version, still }: RowUpdate): Promise<RowWrite> {
  const { binding } = state
  const { codec, design, table } = binding
  const from = await readStored(record, state, changed)
  const read = { item: from, retried: false, cause: undefined }
  refuseStale(binding, version, read)
  refuseOther(binding, still, read)
  const all = new Map([...changed, ...mergedRoots(nested, from, true)])
  const next = applyChanges(from, new Map([...all, ...countedBlindly(version, from)]))
  for (const path of design.paths) for (const name of path.synthetic) delete next[name]
  addKeys(design, next)
  const oldKey = storedKeyOf(table, design, from)
  const compiler = new ExpressionCompiler()
  const arrival = new ExpressionCompiler()
  const asRead = compiler.condition(and(exists(binding), ...codec.names.map((name) => unchanged(name, from))))
  return {
    binding,
    main: {
      Put: {
        TableName: table.tableName,
        Item: next,
        ConditionExpression: arrival.condition(vacant(binding)),
        ...arrival.attributes(),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    companions: [
      {
        write: {
          Delete: { TableName: table.tableName, Key: oldKey, ConditionExpression: asRead, ...compiler.attributes() },
        },
      },
      ...companionsOf(state, { item: from, key: oldKey }, { item: next, key: primaryKeyOf(design, next) }),
    ],
    row: next,
    traced: tracedIn(binding, from, next),
    succeeded() {
      for (const [root, value] of mergedRoots(nested, from, true))
        record[root] = value && codec.decodeAttribute(root, value)
      finishUpdate(record, state, next, all)
    },
    refused({ item, cause }) {
      throw new DuplicateKeyError(`${binding.schema.name} with the new key is there already.`, {
        cause,
        details: { model: binding.schema.name },
        existing: existingRow(binding, item),
      })
    },
  }
}
