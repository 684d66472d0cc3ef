import { fullJitter, uuidv4 } from '../kernel/index.js'
import { AS_RECORDS, commonConnection } from '../runtime/index.js'
import { outcomeOf, REBASES, sendTogether, TRACED_ATTEMPTS } from './commit.js'
import { type HookFailedError, ModelError } from './errors.js'
import { report, tell } from './fire.js'
import { foldCounts } from './fold-counts.js'
import type { PendingWrite, RowWrite } from './row-write.js'
import { isTraced, trailed } from './trail.js'
import { TransactionError } from './transaction-errors.js'
import { checkTransaction } from './transaction-limits.js'

/**
 * Sends the writes of several rows as one TransactWriteItems, with their unique guards and index keys. Where another
 * writer changed a row meanwhile, all of it is made anew from what is there now.
 *
 * @param clientRequestToken makes a second run of the same writes harmless for 10 minutes; such a transaction is sent as it
 * is, and not made anew
 * @throws TransactionError before anything is sent; the error of the first row that cannot be written; ModelError
 * `MODEL.WRITE_CONFLICT`. Nothing was written then.
 * @throws HookFailedError for a hook that failed after it was written
 */
export async function commitTogether(pending: readonly PendingWrite[], clientRequestToken?: string): Promise<void> {
  report(await commitAll(pending, clientRequestToken))
}

/** The same. @returns what hooks threw that were told of it */
export async function commitAll(
  pending: readonly PendingWrite[],
  clientRequestToken?: string,
): Promise<readonly HookFailedError[]> {
  const [first] = pending
  if (first === undefined) return []
  const { context } = first.binding
  const connection = commonConnection(pending.map(({ binding }) => binding.connection))
  if (connection === undefined)
    throw new TransactionError('TRANSACTION.SEVERAL_CONNECTIONS', 'A transaction cannot span two connections.')
  const sole = pending.every(({ binding }) => binding === first.binding) ? context : AS_RECORDS
  let most = clientRequestToken === undefined ? REBASES : 1
  for (let rebase = 0; rebase < most; rebase++) {
    if (rebase >= REBASES) await connection.clock.sleep(fullJitter(3, 25, 500))
    const built: RowWrite[] = []
    for (const each of pending) built.push(await each.build())
    if (isTraced(built)) {
      if (clientRequestToken !== undefined) throw untraceable()
      most = TRACED_ATTEMPTS
    }
    checkTransaction(foldCounts(built))
    const entries = await trailed(connection, built)
    const writes = foldCounts([...built, ...(entries?.writes ?? [])])
    let written = false
    try {
      if (entries !== undefined) checkTransaction(writes)
      for (const { binding } of writes) binding.written = true
      written = await sendTogether(connection, writes, clientRequestToken ?? uuidv4(), sole).then(
        () => true,
        async (error: unknown) => (await outcomeOf(writes, error)) === 'done',
      )
    } finally {
      entries?.release(written)
    }
    if (!written) continue
    for (const { succeeded } of writes) succeeded()
    return tell(pending)
  }
  throw new ModelError('MODEL.WRITE_CONFLICT', 'Rows of the transaction were changed by others while it was written.')
}

const untraceable = (): TransactionError =>
  new TransactionError(
    'TRANSACTION.TOKEN_REFUSED',
    'A transaction on audited models cannot have a clientRequestToken: its entries are others each time.',
  )
